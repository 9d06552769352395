/* SPDX-License-Identifier: Apache-2.0 */
#include "release/crypto.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#define CRYPTO_LIBRARY "libcrypto.so.3"

/* What is used of it, by the types of its own header. */
typedef struct Crypto {
	gpointer handle;
	__typeof__(&EVP_PKEY_new_raw_private_key) of_private;
	__typeof__(&EVP_PKEY_new_raw_public_key) of_public;
	__typeof__(&EVP_PKEY_get_raw_public_key) public_of;
	__typeof__(&EVP_PKEY_get_raw_private_key) private_of;
	__typeof__(&EVP_PKEY_Q_keygen) generate;
	__typeof__(&EVP_PKEY_get_id) kind;
	__typeof__(&EVP_PKEY_free) free_key;
	__typeof__(&EVP_MD_CTX_new) new_context;
	__typeof__(&EVP_MD_CTX_free) free_context;
	__typeof__(&EVP_DigestSignInit) sign_init;
	__typeof__(&EVP_DigestSign) sign;
	__typeof__(&EVP_DigestVerifyInit) verify_init;
	__typeof__(&EVP_DigestVerify) verify;
	__typeof__(&EVP_aes_256_cbc) cipher;
	__typeof__(&BIO_new_mem_buf) bio_of;
	__typeof__(&BIO_new) bio_new;
	__typeof__(&BIO_s_mem) bio_memory;
	__typeof__(&BIO_ctrl) bio_control;
	__typeof__(&BIO_free) bio_free;
	__typeof__(&PEM_read_bio_PrivateKey) read_private;
	__typeof__(&PEM_read_bio_PUBKEY) read_public;
	__typeof__(&PEM_write_bio_PKCS8PrivateKey) write_private;
	__typeof__(&PEM_write_bio_PUBKEY) write_public;
} Crypto;

static const struct {
	const char *name;
	gsize offset;
} crypto_symbols[] = {
    {"EVP_PKEY_new_raw_private_key", offsetof(Crypto, of_private)},
    {"EVP_PKEY_new_raw_public_key", offsetof(Crypto, of_public)},
    {"EVP_PKEY_get_raw_public_key", offsetof(Crypto, public_of)},
    {"EVP_PKEY_get_raw_private_key", offsetof(Crypto, private_of)},
    {"EVP_PKEY_Q_keygen", offsetof(Crypto, generate)},
    {"EVP_PKEY_get_id", offsetof(Crypto, kind)},
    {"EVP_PKEY_free", offsetof(Crypto, free_key)},
    {"EVP_MD_CTX_new", offsetof(Crypto, new_context)},
    {"EVP_MD_CTX_free", offsetof(Crypto, free_context)},
    {"EVP_DigestSignInit", offsetof(Crypto, sign_init)},
    {"EVP_DigestSign", offsetof(Crypto, sign)},
    {"EVP_DigestVerifyInit", offsetof(Crypto, verify_init)},
    {"EVP_DigestVerify", offsetof(Crypto, verify)},
    {"EVP_aes_256_cbc", offsetof(Crypto, cipher)},
    {"BIO_new_mem_buf", offsetof(Crypto, bio_of)},
    {"BIO_new", offsetof(Crypto, bio_new)},
    {"BIO_s_mem", offsetof(Crypto, bio_memory)},
    {"BIO_ctrl", offsetof(Crypto, bio_control)},
    {"BIO_free", offsetof(Crypto, bio_free)},
    {"PEM_read_bio_PrivateKey", offsetof(Crypto, read_private)},
    {"PEM_read_bio_PUBKEY", offsetof(Crypto, read_public)},
    {"PEM_write_bio_PKCS8PrivateKey", offsetof(Crypto, write_private)},
    {"PEM_write_bio_PUBKEY", offsetof(Crypto, write_public)},
};

struct RigKey {
	const Crypto *crypto;
	EVP_PKEY *key;
	gboolean is_private;
	guint8 raw[RIG_KEY_BYTES];
	char *id;
	RigSigner sign; /* NULL: libcrypto signs */
	char *sign_user;
};

/* Loaded once, and never let go. NULL with the error: it is not there. */
static const Crypto *crypto_load(GError **error)
{
	static Crypto crypto;
	static GMutex lock;
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
	(void)locker;
	if (crypto.handle != NULL)
		return &crypto;
	gpointer handle = dlopen(CRYPTO_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	gboolean good = handle != NULL;
	for (gsize i = 0; good && i < G_N_ELEMENTS(crypto_symbols); i++) {
		gpointer symbol = dlsym(handle, crypto_symbols[i].name);
		/* ISO C has no cast between data and functions; POSIX says their pointers are alike. */
		memcpy((char *)&crypto + crypto_symbols[i].offset, &symbol, sizeof symbol);
		good = symbol != NULL;
	}
	if (!good) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "signatures need OpenSSL's " CRYPTO_LIBRARY " (Debian: libssl3): %s",
		            dlerror());
		return NULL;
	}
	crypto.handle = handle;
	return &crypto;
}

static gboolean crypto_failed(GError **error, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "libcrypto: %s failed", what);
	return FALSE;
}

/* Takes `pkey`. */
static RigKey *key_of(const Crypto *crypto, EVP_PKEY *pkey, gboolean is_private, GError **error)
{
	/* SubjectPublicKeyInfo of an Ed25519 key: RFC 8410, 4. */
	static const guint8 head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
	                              0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	guint8 spki[sizeof head + RIG_KEY_BYTES];
	RigHash hash;
	gsize size = RIG_KEY_BYTES;
	if (pkey == NULL) {
		(void)crypto_failed(error, "making a key");
		return NULL;
	}
	RigKey *key = g_new0(RigKey, 1);
	key->crypto = crypto;
	key->key = pkey;
	key->is_private = is_private;
	if (crypto->kind(pkey) != EVP_PKEY_ED25519 || crypto->public_of(pkey, key->raw, &size) != 1 ||
	    size != RIG_KEY_BYTES) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE,
		                    "it is a key of another algorithm; Ed25519 is wanted");
		rig_key_free(key);
		return NULL;
	}
	memcpy(spki, head, sizeof head);
	memcpy(spki + sizeof head, key->raw, sizeof key->raw);
	rig_hash_of(spki, sizeof spki, &hash);
	key->id = rig_hash_hex(&hash);
	return key;
}

RigKey *rig_key_new(GError **error)
{
	const Crypto *crypto = crypto_load(error);
	return crypto == NULL ? NULL
	                      : key_of(crypto, crypto->generate(NULL, NULL, "ED25519"), TRUE, error);
}

RigKey *rig_key_of_private(const guint8 *bytes, GError **error)
{
	const Crypto *crypto = crypto_load(error);
	return crypto == NULL
	           ? NULL
	           : key_of(crypto, crypto->of_private(EVP_PKEY_ED25519, NULL, bytes, RIG_KEY_BYTES),
	                    TRUE, error);
}

RigKey *rig_key_of_public(const guint8 *bytes, GError **error)
{
	const Crypto *crypto = crypto_load(error);
	return crypto == NULL
	           ? NULL
	           : key_of(crypto, crypto->of_public(EVP_PKEY_ED25519, NULL, bytes, RIG_KEY_BYTES),
	                    FALSE, error);
}

typedef struct KeyAsk {
	RigPassphrase ask;
	gpointer user;
} KeyAsk;

static int key_on_passphrase(char *buffer, int size, int writes, void *user)
{
	const KeyAsk *ask = user;
	(void)writes;
	g_autofree char *text = ask->ask == NULL ? NULL : ask->ask(ask->user);
	gsize length = text == NULL ? 0 : strlen(text);
	if (text == NULL || length > (gsize)size)
		return -1;
	for (gsize i = 0; i < length; i++) /* no text any more: libcrypto wants no end of it */
		buffer[i] = text[i];
	explicit_bzero(text, length);
	return (int)length;
}

RigKey *rig_key_read_pem(const char *text, gsize size, RigPassphrase ask, gpointer user,
                         GError **error)
{
	const Crypto *crypto = crypto_load(error);
	gboolean is_public = g_strstr_len(text, (gssize)size, "-----BEGIN PUBLIC KEY-----") != NULL;
	KeyAsk asking = {ask, user};
	if (crypto == NULL)
		return NULL;
	BIO *bio = crypto->bio_of(text, (int)MIN(size, 65536));
	EVP_PKEY *pkey = bio == NULL ? NULL
	                 : is_public ? crypto->read_public(bio, NULL, key_on_passphrase, &asking)
	                             : crypto->read_private(bio, NULL, key_on_passphrase, &asking);
	crypto->bio_free(bio);
	if (pkey == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            g_strstr_len(text, (gssize)size, "ENCRYPTED") != NULL
		                ? "the passphrase is missing or wrong"
		                : "it is no key in PEM (\"-----BEGIN PRIVATE KEY-----\")");
		return NULL;
	}
	return key_of(crypto, pkey, !is_public, error);
}

void rig_key_free(RigKey *key)
{
	if (key == NULL)
		return;
	key->crypto->free_key(key->key);
	g_free(key->id);
	g_free(key->sign_user);
	g_free(key);
}

void rig_key_set_signer(RigKey *key, RigSigner sign, char *user)
{
	key->sign = sign;
	key->sign_user = user;
}

/* What was written into `bio`, which it takes. */
static char *key_bio_text(const Crypto *crypto, BIO *bio, gboolean good, GError **error)
{
	char *data = NULL;
	long size = good ? crypto->bio_control(bio, BIO_CTRL_INFO, 0, &data) : 0;
	char *text = size > 0 ? g_strndup(data, (gsize)size) : NULL;
	crypto->bio_free(bio);
	if (text == NULL)
		(void)crypto_failed(error, "writing a key");
	return text;
}

char *rig_key_private_pem(const RigKey *key, const char *passphrase, GError **error)
{
	const Crypto *crypto = key->crypto;
	if (!key->is_private) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, "it is a public key only");
		return NULL;
	}
	BIO *bio = crypto->bio_new(crypto->bio_memory());
	int length = passphrase == NULL ? 0 : (int)strlen(passphrase);
	gboolean good =
	    crypto->write_private(bio, key->key, passphrase == NULL ? NULL : crypto->cipher(),
	                          passphrase, length, NULL, NULL) == 1;
	return key_bio_text(crypto, bio, good, error);
}

char *rig_key_public_pem(const RigKey *key, GError **error)
{
	const Crypto *crypto = key->crypto;
	BIO *bio = crypto->bio_new(crypto->bio_memory());
	return key_bio_text(crypto, bio, crypto->write_public(bio, key->key) == 1, error);
}

gboolean rig_key_is_private(const RigKey *key)
{
	return key->is_private;
}

const guint8 *rig_key_public(const RigKey *key)
{
	return key->raw;
}

const char *rig_key_id(const RigKey *key)
{
	return key->id;
}

static gboolean key_sign_elsewhere(const RigKey *key, const void *data, gsize size,
                                   guint8 *signature, GError **error)
{
	if (!key->sign(key->sign_user, data, size, signature, error))
		return FALSE;
	if (rig_key_verify(key, data, size, signature, RIG_SIGNATURE_BYTES))
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "what signs for the key %.8s gave a signature of another key", key->id);
	return FALSE;
}

gboolean rig_key_sign(const RigKey *key, const void *data, gsize size, guint8 *signature,
                      GError **error)
{
	const Crypto *crypto = key->crypto;
	gsize length = RIG_SIGNATURE_BYTES;
	if (key->sign != NULL)
		return key_sign_elsewhere(key, data, size, signature, error);
	if (!key->is_private) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "the key %.8s is a public one, which signs nothing", key->id);
		return FALSE;
	}
	/* Ed25519 has no digest of its own, and takes all at once. */
	EVP_MD_CTX *context = crypto->new_context();
	gboolean good =
	    context != NULL && crypto->sign_init(context, NULL, NULL, NULL, key->key) == 1 &&
	    crypto->sign(context, signature, &length, data, size) == 1 && length == RIG_SIGNATURE_BYTES;
	crypto->free_context(context);
	return good || crypto_failed(error, "signing");
}

gboolean rig_key_verify(const RigKey *key, const void *data, gsize size, const guint8 *signature,
                        gsize signature_bytes)
{
	const Crypto *crypto = key->crypto;
	EVP_MD_CTX *context = crypto->new_context();
	gboolean good = context != NULL && signature_bytes == RIG_SIGNATURE_BYTES &&
	                crypto->verify_init(context, NULL, NULL, NULL, key->key) == 1 &&
	                crypto->verify(context, signature, signature_bytes, data, size) == 1;
	crypto->free_context(context);
	return good;
}
