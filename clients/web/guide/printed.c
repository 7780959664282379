/* The statement as the service prints it: a page of its own, with a policy of its own. */
#include <string.h>

#include <sodium.h>

#include "beckon/v1/export_service.pb-c.h"
#include "clients/web/guide/guide.h"

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

void statement_print_get(struct visit *visit)
{
    uint64_t number;
    Beckon__V1__PrintStatementRequest request = BECKON__V1__PRINT_STATEMENT_REQUEST__INIT;
    if (!guide_number_asked(visit, UINT32_MAX, &number))
        return;
    request.run_number = (uint32_t)number;
    request.pay_entity = statement_entity_asked(visit);
    request.english = visit->language == LANGUAGE_EN;
    const Beckon__V1__PrintStatementResponse *reply =
        ask(visit, &beckon__v1__export_service__descriptor, "PrintStatement", &request.base);
    if (!reply) {
        guide_failed(visit);
        return;
    }
    char *html = g_strndup((const char *)reply->html.data, reply->html.len);
    allow_style(visit, html);
    visit_keep_cookie(visit);
    exchange_send(visit->exchange, 200, "text/html; charset=utf-8", html, strlen(html));
}
