/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power meters. The first part is what a meter driver promises, the second what the core gives to
 * whoever measures. All calls of one meter come from one thread; while samples come that is the
 * thread of rig/power/capture.c.
 */
#ifndef RIG_METER_H
#define RIG_METER_H

#include <rig/clock.h>
#include <rig/error.h>
#include <rig/field.h>
#include <rig/sample.h>

typedef struct RigMeter RigMeter;

typedef struct RigMeterDriver {
	const char *name;        /* as in a bench file: driver: NAME */
	const char *about;       /* one line for --help and the reference page */
	const RigField *fields;  /* options, without the keys `driver`, `supply`, `voltage`, `marker` */
	gsize options_size;      /* struct that `fields` fill; the core owns it */
	guint channels;          /* digital inputs, D0 first */
	guint32 counter_modulus; /* of its samples' counter; 0: it tells losses whole, or not at all */
	gint64 supply_min_uv, supply_max_uv; /* what it can supply; 0: it supplies nothing */
	gboolean must_supply;                /* it measures only what it supplies */

	/* Optional: how many of the `channels` there are with these options. */
	guint (*inputs)(gconstpointer options);
	/* Optional: what no row can say, as "one of these keys". RIG_ERROR_USAGE, for `check`. */
	gboolean (*check)(gconstpointer options, GError **error);

	gsize priv_size; /* zeroed private part that the core allocates; may be 0 */

	/*
	 * Finds the instrument, takes it for this process, ends what an earlier process left running,
	 * and fills identity, constants, transfer and rate_mhz. The supply stays as it is. Blocks until
	 * deadline_us at most. On failure the core calls close.
	 */
	gboolean (*open)(RigMeter *meter, gint64 deadline_us, GError **error);

	/* Ends the stream and lets the instrument go; a supply of its own ends. Safe when half open. */
	void (*close)(RigMeter *meter);

	/*
	 * Optional: switches the board's supply, at meter->supply_uv, which may be another than it was;
	 * `transfer` is then of that. Samples may come meanwhile, at the same voltage.
	 */
	gboolean (*set_supply)(RigMeter *meter, gboolean on, gint64 deadline_us, GError **error);

	/* Samples begin: from now on read hands them to meter->sink. */
	gboolean (*start)(RigMeter *meter, gint64 deadline_us, GError **error);

	/*
	 * Takes what has come since the last call, which is to be called every few ms; waits for
	 * deadline_us at most where nothing has. RIG_ERROR_STOPPED for meter->stop_fd.
	 * RIG_ERROR_BENCH: it is gone, or it says that it cannot go on.
	 */
	gboolean (*read)(RigMeter *meter, gint64 deadline_us, GError **error);

	/* The stream ends; what was on its way has been handed to the sink. */
	gboolean (*stop)(RigMeter *meter, gint64 deadline_us, GError **error);
} RigMeterDriver;

struct RigMeter {
	const RigMeterDriver *driver;
	const char *board;     /* name of its board; borrowed */
	const void *options;   /* filled by driver->fields; borrowed */
	void *priv;            /* driver->priv_size bytes, owned by the core */
	const RigClock *clock; /* borrowed */
	int stop_fd;           /* readable when everything is to stop; -1: none */
	gint64 supply_uv;      /* what it supplies the board with; 0: the board is supplied by others */
	gint64 voltage_uv;     /* the board's supply, whoever supplies it; 0: nobody said */
	RigSampleSink sink;    /* set before start */
	gboolean is_open, is_running;
	/* Set by open. */
	char *identity;  /* "ppk2 C0FFEE01"; owned, as constants; NULL before */
	char *constants; /* its calibration as it told it, for the trace; may be NULL */
	RigTransfer transfer;
	gint64 rate_mhz; /* samples a second, by the instrument's clock, in 1/1000 Hz */
	gint64 burst_us; /* so long may it be silent, and then send all at once; 0: it does not */
};

/* How many digital inputs there are with these options. */
static inline guint rig_meter_inputs(const RigMeterDriver *driver, gconstpointer options)
{
	return driver->inputs != NULL ? driver->inputs(options) : driver->channels;
}

/* Allocates a closed meter. `options`, `board` and clock are borrowed until free. */
RigMeter *rig_meter_new(const RigMeterDriver *driver, const void *options, const char *board,
                        const RigClock *clock);
/* Closes and frees; NULL is allowed. */
void rig_meter_free(RigMeter *meter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigMeter, rig_meter_free)

/*
 * As the driver's slots; errors name board and meter. Opening an open meter does nothing, nor does
 * stopping a still one. A call that fails with RIG_ERROR_BENCH leaves it as it is: close it.
 */
gboolean rig_meter_open(RigMeter *meter, gint64 deadline_us, GError **error);
void rig_meter_close(RigMeter *meter);
/* RIG_ERROR_USAGE: it supplies nothing. */
gboolean rig_meter_set_supply(RigMeter *meter, gboolean on, gint64 deadline_us, GError **error);
gboolean rig_meter_start(RigMeter *meter, gint64 deadline_us, GError **error);
gboolean rig_meter_read(RigMeter *meter, gint64 deadline_us, GError **error);
gboolean rig_meter_stop(RigMeter *meter, gint64 deadline_us, GError **error);

#endif
