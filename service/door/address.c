#include "service/door/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static bool refuse(char ret_message[ADDRESS_MESSAGE_BYTES], const char *text, const char *why)
{
    snprintf(ret_message, ADDRESS_MESSAGE_BYTES, "\"%.80s\": %s", text, why);
    return false;
}

static bool read_unix(const char *text, struct address *ret_address,
                      char ret_message[ADDRESS_MESSAGE_BYTES])
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const char *path = text + strlen("unix:");
    size_t size = strlen(path);
    if (size == 0 || size >= sizeof name.sun_path)
        return refuse(ret_message, text, "the path of a unix socket has 1 to 107 bytes");
    memcpy(name.sun_path, path, size);
    memcpy(&ret_address->socket, &name, sizeof name);
    ret_address->size = sizeof name;
    return true;
}

static bool read_port(const char *text, in_port_t *ret_port)
{
    char *end;
    errno = 0;
    unsigned long port = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || port > 65535)
        return false;
    *ret_port = htons((in_port_t)port);
    return true;
}

static bool read_plain(const char *text, struct address *ret_address,
                       char ret_message[ADDRESS_MESSAGE_BYTES])
{
    if (strncmp(text, "unix:", strlen("unix:")) == 0)
        return read_unix(text, ret_address, ret_message);
    const char *colon = strrchr(text, ':');
    in_port_t port;
    if (colon == NULL || !read_port(colon + 1, &port))
        return refuse(ret_message, text,
                      "write ADDRESS:PORT, e.g. 127.0.0.1:7717 or [::1]:7717, or unix:PATH");
    char host[64];
    size_t size = (size_t)(colon - text);
    bool brackets = size > 2 && text[0] == '[' && text[size - 1] == ']';
    if (brackets)
        text++, size -= 2;
    if (size == 0 || size >= sizeof host)
        return refuse(ret_message, text, "the address is empty or too long");
    memcpy(host, text, size);
    host[size] = '\0';
    if (strcmp(host, "localhost") == 0)
        memcpy(host, "127.0.0.1", sizeof "127.0.0.1");

    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = port};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = port};
    if (!brackets && inet_pton(AF_INET, host, &four.sin_addr) == 1) {
        memcpy(&ret_address->socket, &four, sizeof four);
        ret_address->size = sizeof four;
        return true;
    }
    if (brackets && inet_pton(AF_INET6, host, &six.sin6_addr) == 1) {
        memcpy(&ret_address->socket, &six, sizeof six);
        ret_address->size = sizeof six;
        return true;
    }
    return refuse(ret_message, host,
                  "write the number of an address of this machine (127.0.0.1, [::1], 0.0.0.0), or "
                  "localhost; names are not looked up");
}

bool address_is_local(const struct address *address)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)&address->socket;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address->socket;
    switch (address->socket.ss_family) {
    case AF_UNIX: return true;
    case AF_INET: return ntohl(four->sin_addr.s_addr) >> 24 == 127;
    case AF_INET6: return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    default: return false;
    }
}

bool address_read(const char *text, struct address *ret_address,
                  char ret_message[ADDRESS_MESSAGE_BYTES])
{
    struct address address = {.is_tls = strncmp(text, "tls:", strlen("tls:")) == 0};
    if (address.is_tls)
        text += strlen("tls:");
    if (!read_plain(text, &address, ret_message))
        return false;
    address.is_tls |= !address_is_local(&address);
    *ret_address = address;
    return true;
}
