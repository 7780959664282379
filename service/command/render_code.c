/* Draws a code's QR image: the same request gives the same bytes. */
#include <string.h>

#include "service/command/code_message.h"
#include "service/command/commands.h"
#include "service/command/form.h"
#include "service/command/objects.h"
#include "service/command/qr_image.h"
#include "service/command/reply.h"

/* A symbol of a link has at most 57 modules a side; 40 pixels each with 40 quiet ones compress to
 * less than this, and terminal text and SVG are smaller still. */
enum { IMAGE_BYTES_MAX = 96 * 1024 };

static const enum qr_level levels[] = {
    [BECKON__V1__ERROR_CORRECTION__ERROR_CORRECTION_M] = QR_LEVEL_M,
    [BECKON__V1__ERROR_CORRECTION__ERROR_CORRECTION_L] = QR_LEVEL_L,
    [BECKON__V1__ERROR_CORRECTION__ERROR_CORRECTION_Q] = QR_LEVEL_Q,
    [BECKON__V1__ERROR_CORRECTION__ERROR_CORRECTION_H] = QR_LEVEL_H,
};
static const enum qr_format formats[] = {
    [BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_PNG] = QR_PNG,
    [BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_SVG] = QR_SVG,
    [BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_TERMINAL] = QR_TERMINAL,
};
enum { QUIET_MODULES_DEFAULT = 4, MODULE_PIXELS_DEFAULT = 8 };

static enum outcome check_options(struct command_call *call,
                                  const Beckon__V1__RenderCodeRequest *request,
                                  struct qr_options *ret)
{
    unsigned pixels = request->module_pixels, quiet = request->quiet_modules;

    if (pixels == 0) pixels = MODULE_PIXELS_DEFAULT;
    if (quiet == 0) quiet = QUIET_MODULES_DEFAULT;
    if (request->format < 0 || (size_t)request->format >= sizeof formats / sizeof formats[0])
        return form_refuse(call, OUTCOME_VALUE_INVALID, "format", "PNG, SVG, TERMINAL");
    if (request->error_correction < 0 ||
        (size_t)request->error_correction >= sizeof levels / sizeof levels[0])
        return form_refuse(call, OUTCOME_VALUE_INVALID, "error_correction", "L, M, Q, H");
    if (pixels > QR_MODULE_PIXELS_MAX)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "module_pixels", "1..40");
    if (quiet < QR_QUIET_MODULES_MIN || quiet > QR_QUIET_MODULES_MAX)
        return form_refuse(call, OUTCOME_VALUE_INVALID, "quiet_modules", "4..40");
    *ret = (struct qr_options){.format = formats[request->format],
                               .level = levels[request->error_correction],
                               .module_pixels = pixels, .quiet_modules = quiet};
    return OUTCOME_OK;
}

static enum outcome render_code_read(struct reader *reader, struct command_call *call,
                                     ProtobufCMessage **ret_reply)
{
    const Beckon__V1__RenderCodeRequest *request =
        (const Beckon__V1__RenderCodeRequest *)call->request;
    struct qr_options options;
    struct merchant merchant;
    struct code code;
    char link[CODE_LINK_BYTES], base[LINK_BASE_BYTES_MAX + 1];
    struct bytes typed_base = {(const uint8_t *)request->link_base, strlen(request->link_base)};

    enum outcome outcome = check_options(call, request, &options);
    if (outcome != OUTCOME_OK) return outcome;
    if (typed_base.size > 0 && !link_base_parse(typed_base, base))
        return form_refuse(call, OUTCOME_VALUE_INVALID, "link_base",
                           "HTTP://HOST[:PORT], HTTPS://HOST[:PORT]");
    outcome = object_merchant(reader, &merchant);
    if (outcome != OUTCOME_OK) return outcome;
    outcome = code_find(reader, call, &merchant, request->code, &code);
    if (outcome != OUTCOME_OK) return outcome;
    if (code.revoked_at != 0) return form_refuse(call, OUTCOME_CODE_REVOKED, "code", NULL);

    if (typed_base.size > 0) code_link_at(base, code.value, link);
    else code_link(&merchant, code.value, link);
    Beckon__V1__RenderCodeResponse *reply =
        reply_message(call, &beckon__v1__render_code_response__descriptor);
    if (reply == NULL) return OUTCOME_BUSY;
    outcome = qr_image(call, link, &options, IMAGE_BYTES_MAX, &reply->image);
    if (outcome != OUTCOME_OK) return outcome;
    reply->media_type = reply_text(call, qr_media_type(options.format));
    reply->link = reply_text(call, link);
    if (reply->media_type == NULL || reply->link == NULL) return OUTCOME_BUSY;
    *ret_reply = &reply->base;
    return OUTCOME_OK;
}

const struct command render_code = {
    .request = &beckon__v1__render_code_request__descriptor,
    .reply = &beckon__v1__render_code_response__descriptor,
    .read = render_code_read,
};
