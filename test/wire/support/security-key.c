/*
 * A security key made of software, for OpenSSH's interface of security key providers. A key is an Ed25519 seed, which is its
 * handle too: what ssh-keygen writes down is all that there is. TOUCHES names a file that tells what came to pass: `wanted`
 * for each signature that waits, `given` for each touch. While FINGER, a named pipe, exists, a touch is a byte from it.
 * PIN is what a key asks for that verifies.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

enum { seed_size = 32, public_size = 32, signature_size = 64 };
enum { ed25519 = 1 };
enum { presence = 0x01, verification = 0x04 };
enum { fails = -1, unsupported = -2, pin_required = -3 };

struct sk_option;
struct sk_resident_key;

struct sk_enroll_response {
  uint8_t flags;
  uint8_t *public_key;
  size_t public_key_len;
  uint8_t *key_handle;
  size_t key_handle_len;
  uint8_t *signature;
  size_t signature_len;
  uint8_t *attestation_cert;
  size_t attestation_cert_len;
  uint8_t *authdata;
  size_t authdata_len;
};

struct sk_sign_response {
  uint8_t flags;
  uint32_t counter;
  uint8_t *sig_r;
  size_t sig_r_len;
  uint8_t *sig_s;
  size_t sig_s_len;
};

uint32_t sk_api_version(void) { return 0x000a0000; }

int sk_enroll(uint32_t algorithm, const uint8_t *challenge, size_t challenge_size, const char *application,
              uint8_t flags, const char *pin, struct sk_option **options, struct sk_enroll_response **answer) {
  (void)challenge, (void)challenge_size, (void)application, (void)pin, (void)options;
  if (algorithm != ed25519) return unsupported;
  struct sk_enroll_response *made = calloc(1, sizeof *made);
  made->flags = flags;
  made->key_handle = malloc(made->key_handle_len = seed_size);
  made->public_key = malloc(made->public_key_len = public_size);
  RAND_bytes(made->key_handle, seed_size);
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, made->key_handle, seed_size);
  int is_made = EVP_PKEY_get_raw_public_key(key, made->public_key, &made->public_key_len);
  EVP_PKEY_free(key);
  *answer = made;
  return is_made == 1 ? 0 : fails;
}

/* Like one of plastic it has one signature under way, and lets nobody wait. The program that loaded it ends soon. */
static int touch(void) {
  char byte;
  int touches = open(TOUCHES, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (touches < 0 || flock(touches, LOCK_EX | LOCK_NB) != 0) return fails;
  if (dprintf(touches, "wanted\n") < 0) return fails;
  int finger = open(FINGER, O_RDONLY);
  if (finger >= 0 && read(finger, &byte, 1) != 1) return fails;
  return dprintf(touches, "given\n") < 0 ? fails : 0;
}

int sk_sign(uint32_t algorithm, const uint8_t *message, size_t message_size, const char *application,
            const uint8_t *handle, size_t handle_size, uint8_t flags, const char *pin, struct sk_option **options,
            struct sk_sign_response **answer) {
  (void)options;
  if (algorithm != ed25519 || handle_size != seed_size) return unsupported;
  if ((flags & verification) && (pin == NULL || strcmp(pin, PIN) != 0)) return pin_required;
  if ((flags & presence) && touch() != 0) return fails;

  /* What is signed: hash of the application, flags, a counter of four bytes, hash of the message. */
  uint8_t text[2 * SHA256_DIGEST_LENGTH + 5] = {0};
  SHA256((const uint8_t *)application, strlen(application), text);
  text[SHA256_DIGEST_LENGTH] = flags;
  SHA256(message, message_size, text + SHA256_DIGEST_LENGTH + 5);

  struct sk_sign_response *made = calloc(1, sizeof *made);
  made->flags = flags;
  made->sig_r = malloc(made->sig_r_len = signature_size);
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, handle, handle_size);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  int is_signed = EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                  EVP_DigestSign(context, made->sig_r, &made->sig_r_len, text, sizeof text) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  *answer = made;
  return is_signed ? 0 : fails;
}

/* It keeps no keys. */
int sk_load_resident_keys(const char *pin, struct sk_option **options, struct sk_resident_key ***keys,
                          size_t *count) {
  (void)pin, (void)options, (void)keys, (void)count;
  return unsupported;
}
