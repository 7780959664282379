/* Which addresses are allowed, and with what they are encrypted. */
#include "clients/channel/target.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEM_BYTES_MAX = 1024 * 1024, HOST_BYTES = 256 }; /* all authorities of a system fit */

/* Splits HOST:PORT, of which an IPv6 host is in brackets. */
static bool host_port(const char *address, char ret_host[HOST_BYTES], long *ret_port)
{
    const char *colon = strrchr(address, ':');
    size_t size = colon ? (size_t)(colon - address) : 0;
    if (size == 0 || size >= HOST_BYTES)
        return false;
    char *end = NULL;
    long port = strtol(colon + 1, &end, 10);
    if (end == colon + 1 || *end != '\0' || port < 1 || port > 65535)
        return false;
    memcpy(ret_host, address, size);
    ret_host[size] = '\0';
    *ret_port = port;
    return true;
}

static bool is_name(const char *host)
{
    return strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
           strlen(host);
}

bool target_of(const char *address, bool tls, char ret_target[TARGET_BYTES])
{
    char host[HOST_BYTES];
    long port;
    size_t size = strlen(address);
    if (strncmp(address, "unix:", 5) == 0 && size > 5 && size < TARGET_BYTES) {
        memcpy(ret_target, address, size + 1);
        return true;
    }
    if (!host_port(address, host, &port))
        return false;
    struct in_addr four;
    bool numbers = inet_pton(AF_INET, host, &four) == 1;
    if (numbers && (tls || ntohl(four.s_addr) >> 24 == 127))
        snprintf(ret_target, TARGET_BYTES, "ipv4:%s:%ld", host, port);
    else if (!tls && strcmp(host, "localhost") == 0)
        snprintf(ret_target, TARGET_BYTES, "ipv4:127.0.0.1:%ld", port);
    else if (host[0] == '[' && (tls || strcmp(host, "[::1]") == 0))
        snprintf(ret_target, TARGET_BYTES, "ipv6:%s:%ld", host, port);
    else if (tls && !numbers && is_name(host))
        snprintf(ret_target, TARGET_BYTES, "dns:///%s:%ld", host, port);
    else
        return false;
    return true;
}

/* The text of a PEM file, to be freed; NULL: ret_error names it. */
static char *pem_read(const char *path, struct channel_error *ret_error)
{
    char en[640], zh[640];
    FILE *file = fopen(path, "re");
    char *text = file ? calloc(1, PEM_BYTES_MAX + 1) : NULL;
    size_t size = text ? fread(text, 1, PEM_BYTES_MAX + 1, file) : 0;
    bool good = size > 0 && size <= PEM_BYTES_MAX && strstr(text, "-----BEGIN ");
    if (file)
        fclose(file);
    if (good)
        return text;
    free(text);
    snprintf(en, sizeof en, "%.200s can't be read, or holds no PEM text.", path);
    snprintf(zh, sizeof zh, "无法读取 %.200s，或其内容不是 PEM 格式。", path);
    channel_error_set(ret_error, CHANNEL_INVALID_ARGUMENT, en, zh);
    return NULL;
}

grpc_channel_credentials *target_credentials(const struct channel_tls *tls,
                                             struct channel_error *ret_error)
{
    if ((tls->certificate != NULL) != (tls->key != NULL) || (!tls->ca && tls->key)) {
        channel_error_set(ret_error, CHANNEL_INVALID_ARGUMENT,
                          "A certificate needs its key (--tls-key), and both need --tls-ca.",
                          "证书须与其私钥（--tls-key）及 --tls-ca 一并给出。");
        return NULL;
    }
    if (!tls->ca)
        return grpc_insecure_credentials_create();
    grpc_channel_credentials *credentials = NULL;
    char *ca = pem_read(tls->ca, ret_error), *certificate = NULL, *key = NULL;
    if (ca && tls->key) {
        certificate = pem_read(tls->certificate, ret_error);
        key = certificate ? pem_read(tls->key, ret_error) : NULL;
    }
    if (ca && (!tls->key || key)) {
        grpc_ssl_pem_key_cert_pair pair = {.private_key = key, .cert_chain = certificate};
        credentials = grpc_ssl_credentials_create_ex(ca, tls->key ? &pair : NULL, NULL, NULL);
    }
    free(ca);
    free(certificate);
    free(key);
    return credentials;
}
