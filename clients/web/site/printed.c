#include "clients/web/site/printed.h"

#include <string.h>

#include <sodium.h>

enum { POLICY_BYTES = 256, HASH_TEXT_BYTES = 64 };

/* The page's style is allowed by its hash; nothing else is, and no script. */
static void allow_style(struct visit *visit, const char *html)
{
    char policy[POLICY_BYTES], text[HASH_TEXT_BYTES] = "";
    uint8_t hash[crypto_hash_sha256_BYTES];
    const char *begin = strstr(html, "<style>");
    const char *end = begin ? strstr(begin, "</style>") : NULL;
    if (end) {
        begin += strlen("<style>");
        crypto_hash_sha256(hash, (const uint8_t *)begin, (size_t)(end - begin));
        sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    }
    g_snprintf(policy, sizeof policy,
               "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
               "frame-ancestors 'none'", text);
    exchange_header(visit->exchange, "Content-Security-Policy", policy);
}

void printed_show(struct visit *visit, const uint8_t *html, size_t size)
{
    char *copy = g_strndup((const char *)html, size);
    allow_style(visit, copy);
    visit_keep_cookie(visit);
    exchange_send(visit->exchange, 200, "text/html; charset=utf-8", copy, strlen(copy));
}
