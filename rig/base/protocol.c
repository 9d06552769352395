/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/protocol.h>

RigProtocol *rig_protocol_new(const RigProtocolDriver *driver, const void *options, RigLink *link)
{
	RigProtocol *protocol = g_new0(RigProtocol, 1);
	protocol->driver = driver;
	protocol->options = options;
	protocol->link = link;
	protocol->priv = driver->priv_size > 0 ? g_malloc0(driver->priv_size) : NULL;
	return protocol;
}

void rig_protocol_free(RigProtocol *protocol)
{
	if (protocol == NULL)
		return;
	protocol->driver->close(protocol);
	g_free(protocol->priv);
	g_free(protocol);
}

void rig_protocol_note(RigProtocol *protocol, const char *format, ...)
{
	if (protocol->note == NULL)
		return;
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	protocol->note(protocol->user, text);
}

void rig_identity_clear(RigIdentity *identity)
{
	g_free(identity->name);
	g_free(identity->profile);
	g_free(identity->model);
	g_free(identity->build);
	*identity = (RigIdentity){.stack_bytes = -1, .stack_used_bytes = -1};
}

void rig_sensor_frames_clear(RigSensorFrames *frames)
{
	g_free(frames->identity);
	g_free(frames->values);
	g_free(frames->at_us);
	*frames = (RigSensorFrames){0};
}
