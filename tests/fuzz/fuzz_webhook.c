/* Addresses and networks of hooks: what is taken as an address, libcurl, which connects to it,
 * reads the same way: that host, no user, no fragment. */
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "service/ops/hook_network.h"
#include "service/rules/webhook_url.h"
#include "tests/fuzz/fuzz.h"

enum { URL_BYTES_MAX = 600 };

static bool part_is(CURLU *url, CURLUPart which, const char *wanted)
{
    char *part = NULL;
    CURLUcode code = curl_url_get(url, which, &part, 0);
    bool same = wanted == NULL ? code != CURLUE_OK
                               : code == CURLUE_OK && strcasecmp(part, wanted) == 0;
    curl_free(part);
    return same;
}

static void try_url(struct bytes text)
{
    char host[WEBHOOK_HOST_BYTES], url_text[URL_BYTES_MAX + 1];
    if (text.size > URL_BYTES_MAX || !webhook_url_parse(text, host))
        return;
    memcpy(url_text, text.data, text.size);
    url_text[text.size] = '\0';
    FUZZ_HOLDS(strlen(url_text) == text.size);
    char *port = strchr(host, ':');
    if (port != NULL)
        *port++ = '\0';
    CURLU *url = curl_url();
    FUZZ_HOLDS(url != NULL && curl_url_set(url, CURLUPART_URL, url_text, 0) == CURLUE_OK);
    FUZZ_HOLDS(part_is(url, CURLUPART_SCHEME, "https"));
    FUZZ_HOLDS(part_is(url, CURLUPART_PORT, port));
    FUZZ_HOLDS(part_is(url, CURLUPART_USER, NULL) && part_is(url, CURLUPART_PASSWORD, NULL));
    FUZZ_HOLDS(part_is(url, CURLUPART_FRAGMENT, NULL));
    /* Numbers as addresses ("0x7f.1") curl writes its own way: who is connected to is looked at. */
    char *read = NULL;
    FUZZ_HOLDS(curl_url_get(url, CURLUPART_HOST, &read, 0) == CURLUE_OK);
    bool number = strspn(host, "0123456789abcdefx.") == strlen(host);
    FUZZ_HOLDS(number || strcasecmp(read, host) == 0);
    curl_free(read);
    curl_url_cleanup(url);
}

static void try_network(struct bytes text)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    struct hook_network network;
    char typed[128];
    if (text.size >= sizeof typed)
        return;
    memcpy(typed, text.data, text.size);
    typed[text.size] = '\0';
    if (!hook_network_read(typed, &network))
        return;
    FUZZ_HOLDS(network.bits <= 128);
    memcpy(&address.sin6_addr, network.address, sizeof network.address);
    FUZZ_HOLDS(hook_network_holds(&network, (const struct sockaddr *)&address));
    if (network.bits == 0)
        return;
    address.sin6_addr.s6_addr[(network.bits - 1) / 8] ^=
        (uint8_t)(0x80 >> (network.bits - 1) % 8);
    FUZZ_HOLDS(!hook_network_holds(&network, (const struct sockaddr *)&address));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = {data, size};
    try_url(text);
    try_network(text);
    return 0;
}
