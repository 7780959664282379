#include "service/ops/hook_network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAPPED_BITS = 96, TEXT_BYTES = 64 };

/* RFC 6890 and what came since. Of IPv6 all that is not global unicast (2000::/3), and of that what
 * is for documents, benchmarks, or leads into IPv4 by tunnels nobody should have. */
static const char *const SPECIAL[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",  "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",  "240.0.0.0/4",
    "2001::/23",     "2001:db8::/32",   "2002::/16",      "3fff::/20",
};
static const char *const GLOBAL[] = {"2000::/3", "0.0.0.0/0"};

static void map(const uint8_t four[4], uint8_t ret_address[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(ret_address, mapped, sizeof mapped);
    memcpy(ret_address + sizeof mapped, four, 4);
}

static bool prefix_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(a, b, whole) != 0) return false;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool hook_network_read(const char *text, struct hook_network *ret)
{
    char address[TEXT_BYTES], *end = NULL;
    struct hook_network network = {.bits = 0};
    uint8_t four[4];
    size_t size = strcspn(text, "/");
    if (size >= sizeof address) return false;
    memcpy(address, text, size);
    address[size] = '\0';
    bool is_four = inet_pton(AF_INET, address, four) == 1;
    if (is_four) map(four, network.address);
    else if (inet_pton(AF_INET6, address, network.address) != 1) return false;
    unsigned long most = is_four ? 32 : 128, bits = most;
    if (text[size] == '/') {
        const char *digits = text + size + 1;
        if (digits[0] < '0' || digits[0] > '9') return false;
        bits = strtoul(digits, &end, 10);
        if (*end != '\0' || bits > most) return false;
    }
    network.bits = (unsigned)bits + (is_four ? MAPPED_BITS : 0);
    for (unsigned bit = network.bits; bit < 128; bit++)
        if (network.address[bit / 8] >> (7 - bit % 8) & 1) return false;
    *ret = network;
    return true;
}

/* False: neither IPv4 nor IPv6. */
static bool read_address(const struct sockaddr *address, uint8_t ret_address[16])
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        map((const uint8_t *)&in->sin_addr, ret_address);
        return true;
    }
    if (address->sa_family != AF_INET6) return false;
    const struct sockaddr_in6 *in = (const void *)address;
    memcpy(ret_address, &in->sin6_addr, 16);
    return true;
}

bool hook_network_holds(const struct hook_network *network, const struct sockaddr *address)
{
    uint8_t bytes[16];
    return read_address(address, bytes) && prefix_equal(network->address, bytes, network->bits);
}

static bool holds_one(const char *const *networks, size_t count, const struct sockaddr *address)
{
    for (size_t i = 0; i < count; i++) {
        struct hook_network network;
        if (hook_network_read(networks[i], &network) && hook_network_holds(&network, address))
            return true;
    }
    return false;
}

bool hook_address_is_public(const struct sockaddr *address)
{
    return holds_one(GLOBAL, sizeof GLOBAL / sizeof GLOBAL[0], address) &&
           !holds_one(SPECIAL, sizeof SPECIAL / sizeof SPECIAL[0], address);
}
