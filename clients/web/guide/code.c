/* His code as a poster, to show and to print. */
#include <string.h>

#include "clients/web/guide/guide.h"
#include "clients/web/site/own_code.h"

void code_get(struct visit *visit)
{
    const char *code = own_code(visit);
    Beckon__V1__ResolveCodeRequest request = BECKON__V1__RESOLVE_CODE_REQUEST__INIT;
    const Beckon__V1__RenderCodeResponse *image = NULL;
    request.code = (char *)code;
    if (!code || !(image = own_code_image(visit, code, OWN_CODE_POSTER)) ||
        !ask_into(visit, "invite", &beckon__v1__code_service__descriptor, "ResolveCode",
                  &request.base)) {
        guide_failed(visit);
        return;
    }
    view_set(visit, "poster", json_pack("{s:s, s:s}", "code", code, "link", image->link));
    guide_show(visit, 200, "guide/code", "code");
}

static void send_image(struct visit *visit, const Beckon__V1__RenderCodeResponse *image)
{
    if (!image) {
        guide_failed(visit);
        return;
    }
    exchange_send(visit->exchange, 200, image->media_type,
                  g_memdup2(image->image.data, image->image.len), image->image.len);
}

void code_png_get(struct visit *visit)
{
    const char *code = own_code(visit);
    send_image(visit, code ? own_code_image(visit, code, OWN_CODE_POSTER) : NULL);
}

/* Lines that stay sharp at any size, for printers. */
void code_svg_get(struct visit *visit)
{
    const char *code = own_code(visit);
    Beckon__V1__RenderCodeRequest request = BECKON__V1__RENDER_CODE_REQUEST__INIT;
    request.code = (char *)code;
    request.format = BECKON__V1__IMAGE_FORMAT__IMAGE_FORMAT_SVG;
    request.link_base = (char *)(visit->site->link_base ? visit->site->link_base : "");
    send_image(visit, code ? ask(visit, &beckon__v1__code_service__descriptor, "RenderCode",
                                 &request.base) : NULL);
}
