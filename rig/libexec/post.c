/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tinyrig-post URL KEY [SECRET]: POSTs the JSON on stdin, once, with `Idempotency-Key: KEY`; with a
 * file SECRET also `X-Tinyrig-Timestamp` (Unix seconds) and `X-Tinyrig-Signature: sha256=` with the
 * HMAC-SHA256 of timestamp, "." and body in hex. An answer of 2xx, or 409 (it was told already), is
 * exit 0; anything else 1, with what was answered on stderr. Certificates are verified, redirects
 * not followed; `CURL_CA_BUNDLE` names the authorities of one's own. A program of its own, because
 * libcurl is heavy to load and seldom needed.
 */
#include <curl/curl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define POST_MAX       ((gsize)1 << 20) /* bytes of a body */
#define POST_CONNECT_S 15L
#define POST_TIME_S    50L /* less than the minute that a hook has */
#define POST_TOLD      200u

typedef struct Post {
	const char *url, *key, *secret;
	GString *body, *answer;
	struct curl_slist *headers;
	char said[CURL_ERROR_SIZE];
} Post;

static int post_fail(const char *what, const char *why)
{
	fprintf(stderr, "tinyrig-post: %s: %s\n", what, why);
	return 1;
}

static void post_header(Post *post, const char *name, const char *value)
{
	g_autofree char *line = g_strdup_printf("%s: %s", name, value);
	struct curl_slist *more = curl_slist_append(post->headers, line);
	if (more == NULL)
		g_error("out of memory");
	post->headers = more;
}

/* FALSE: the secret cannot be used, which was told. */
static gboolean post_sign(Post *post)
{
	struct stat status;
	gsize size = 0;
	g_autofree char *secret = NULL;
	g_autoptr(GError) error = NULL;
	if (post->secret == NULL)
		return TRUE;
	if (stat(post->secret, &status) == 0 && (status.st_mode & 077) != 0)
		return post_fail(post->secret, "others may read this secret: chmod 600") == 0;
	if (!g_file_get_contents(post->secret, &secret, &size, &error))
		return post_fail(post->secret, error->message) == 0;
	while (size > 0 && (secret[size - 1] == '\n' || secret[size - 1] == '\r'))
		size--;
	if (size == 0)
		return post_fail(post->secret, "this secret is empty") == 0;
	g_autofree char *time =
	    g_strdup_printf("%" G_GINT64_FORMAT, g_get_real_time() / G_USEC_PER_SEC);
	g_autofree char *text = g_strdup_printf("%s.%s", time, post->body->str);
	g_autofree char *mac =
	    g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)secret, size, text, -1);
	g_autofree char *signature = g_strdup_printf("sha256=%s", mac);
	post_header(post, "X-Tinyrig-Timestamp", time);
	post_header(post, "X-Tinyrig-Signature", signature);
	return TRUE;
}

/* Of an answer the beginning is kept, to be told. */
static size_t post_answer(char *data, size_t one, size_t count, void *user)
{
	Post *post = user;
	gsize size = one * count;
	g_string_append_len(post->answer, data,
	                    (gssize)MIN(size, POST_TOLD - MIN(post->answer->len, POST_TOLD)));
	return size;
}

/* One line of it, and nothing that a terminal would obey. */
static char *post_told(const Post *post)
{
	char *text = g_utf8_make_valid(post->answer->str, (gssize)post->answer->len);
	for (char *c = text; *c != '\0'; c++)
		if (g_ascii_iscntrl(*c))
			*c = ' ';
	return g_strstrip(text);
}

static int post_judge(const Post *post, CURLcode code, long status)
{
	if (code != CURLE_OK)
		return post_fail(post->url, post->said[0] == '\0' ? curl_easy_strerror(code) : post->said);
	if ((status >= 200 && status < 300) || status == 409)
		return 0;
	g_autofree char *told = post_told(post);
	g_autofree char *why =
	    g_strdup_printf("the answer is HTTP %ld%s%s", status, *told == '\0' ? "" : ": ", told);
	return post_fail(post->url, why);
}

static int post_send(Post *post)
{
	long status = 0;
	CURL *curl = curl_easy_init();
	if (curl == NULL)
		return post_fail(post->url, "libcurl does not start");
	CURLcode code = CURLE_OK;
#define POST_SET(option, value)                                                                    \
	(code = code != CURLE_OK ? code : curl_easy_setopt(curl, CURLOPT_##option, value))
	POST_SET(URL, post->url);
	POST_SET(PROTOCOLS_STR, "http,https");
	POST_SET(FOLLOWLOCATION, 0L);
	POST_SET(NOSIGNAL, 1L);
	POST_SET(CONNECTTIMEOUT, POST_CONNECT_S);
	POST_SET(TIMEOUT, POST_TIME_S);
	POST_SET(USERAGENT, "tinyrig-post");
	POST_SET(ERRORBUFFER, post->said);
	POST_SET(HTTPHEADER, post->headers);
	POST_SET(POSTFIELDS, post->body->str);
	POST_SET(POSTFIELDSIZE, (long)post->body->len);
	POST_SET(WRITEFUNCTION, post_answer);
	POST_SET(WRITEDATA, post);
	if (g_getenv("CURL_CA_BUNDLE") != NULL) /* as curl itself has it */
		POST_SET(CAINFO, g_getenv("CURL_CA_BUNDLE"));
#undef POST_SET
	if (code == CURLE_OK)
		code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	int result = post_judge(post, code, status);
	curl_easy_cleanup(curl);
	return result;
}

static gboolean post_read(Post *post)
{
	char chunk[4096];
	size_t got;
	while ((got = fread(chunk, 1, sizeof chunk, stdin)) > 0 && post->body->len <= POST_MAX)
		g_string_append_len(post->body, chunk, (gssize)got);
	return ferror(stdin) == 0 && post->body->len <= POST_MAX;
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: tinyrig-post URL KEY [SECRET]\n");
		return 4;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return post_fail(argv[1], "libcurl does not start");
	Post post = {.url = argv[1],
	             .key = argv[2],
	             .secret = argv[3],
	             .body = g_string_new(NULL),
	             .answer = g_string_new(NULL)};
	int code = 1;
	post_header(&post, "Content-Type", "application/json");
	post_header(&post, "Idempotency-Key", post.key);
	if (!post_read(&post))
		post_fail("stdin", "it cannot be read, or is more than 1 MiB");
	else if (post_sign(&post))
		code = post_send(&post);
	curl_slist_free_all(post.headers);
	g_string_free(post.body, TRUE);
	g_string_free(post.answer, TRUE);
	curl_global_cleanup();
	return code;
}
