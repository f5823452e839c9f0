/* Unguessable tokens. */
#include "base/base.h"

struct token token_new(void)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char bits[33] = { 0 };
	struct token t = { { 0 } };
	random_bytes(bits, 32);
	for (size_t i = 0; i < TOKEN_CHARS; i++) {
		size_t at = i * 6;
		unsigned two = (unsigned)bits[at / 8] << 8 | bits[at / 8 + 1];
		t.z[i] = alphabet[two >> (10 - at % 8) & 63];
	}
	return t;
}
