#include "clients/cli/program_file.h"

#include <errno.h>
#include <string.h>

#include "beckon/v1/merchant_service.pb-c.h"
#include "clients/cli/call.h"
#include "clients/cli/output.h"

/* Reads at most one byte more than a charter may have. */
static GString *bytes_read(struct cli *cli, const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file) {
        output_complaint(cli, "%s can't be read: %s", path, g_strerror(errno));
        return NULL;
    }
    GString *bytes = g_string_sized_new(4096);
    char part[4096];
    size_t size;
    while (bytes->len <= CHARTER_BYTES_MAX && (size = fread(part, 1, sizeof part, file)) > 0)
        g_string_append_len(bytes, part, (gssize)size);
    bool failed = ferror(file) != 0;
    int why = errno;
    if (file != stdin)
        fclose(file);
    if (!failed)
        return bytes;
    output_complaint(cli, "%s can't be read: %s", path, g_strerror(why));
    g_string_free(bytes, TRUE);
    return NULL;
}

enum cli_exit program_currency(struct cli *cli, char **ret_currency)
{
    static const struct verb get = {.service = &beckon__v1__merchant_service__descriptor,
                                    .method = "GetMerchant"};
    Beckon__V1__GetMerchantRequest request = BECKON__V1__GET_MERCHANT_REQUEST__INIT;
    ProtobufCMessage *reply = NULL;
    enum cli_exit end = call_once(cli, &get, &request.base, &reply);
    if (end != CLI_OK)
        return end;
    const Beckon__V1__Merchant *merchant = ((Beckon__V1__GetMerchantResponse *)reply)->merchant;
    *ret_currency = g_strdup(merchant ? merchant->currency : "");
    protobuf_c_message_free_unpacked(reply, NULL);
    return CLI_OK;
}

enum cli_exit program_file_read(struct cli *cli, const char *path, struct charter **ret_charter)
{
    g_autoptr(GString) bytes = bytes_read(cli, path);
    if (!bytes)
        return CLI_LOCAL;
    g_autoptr(GString) errors = g_string_new(NULL);
    struct charter *charter = charter_read(path, bytes->str, bytes->len, errors);
    if (!charter) {
        fputs(errors->str, cli->err);
        return CLI_LOCAL;
    }
    /* A file without money is any merchant's. */
    g_autofree char *currency = NULL;
    enum cli_exit end =
        charter->currency[0] != '\0' ? program_currency(cli, &currency) : CLI_OK;
    if (end == CLI_OK && currency && strcmp(currency, charter->currency) != 0) {
        fprintf(cli->err, "%s:%zu:%zu: %s is not the merchant's currency, %s\n", path,
                charter->currency_line, charter->currency_column, charter->currency, currency);
        end = CLI_LOCAL;
    }
    if (end == CLI_OK)
        *ret_charter = charter;
    else
        charter_free(charter);
    return end;
}
