#include "clients/web/site/own_code.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static Beckon__V1__PartyKind kind_of(const struct session *session)
{
    return strcmp(session->role, "member") == 0 ? BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER
                                                : BECKON__V1__PARTY_KIND__PARTY_KIND_GUIDE;
}

/* Of those she has: the list holds those she had, too. */
static const char *newest_of(const struct session *session,
                             const Beckon__V1__ListCodesResponse *codes)
{
    const Beckon__V1__Code *newest = NULL;
    for (size_t i = 0; i < codes->n_codes; i++) {
        const Beckon__V1__Code *code = codes->codes[i];
        if (!code->owner || code->owner->kind != kind_of(session) ||
            code->owner->number != session->number)
            continue;
        if (!code->revoked_at && !code->ends_at && code->usage_limit == 0 &&
            (!newest || code->created_at->seconds > newest->created_at->seconds))
            newest = code;
    }
    return newest ? newest->code : NULL;
}

/* had: codes that were hers, none of them good any more. They are part of the request's id, or the
 * answer would be the one that was revoked. */
static const char *make(struct visit *visit, size_t had)
{
    char id[64];
    bool member = kind_of(visit->session) == BECKON__V1__PARTY_KIND__PARTY_KIND_MEMBER;
    Beckon__V1__Code wanted = BECKON__V1__CODE__INIT;
    Beckon__V1__Party owner = BECKON__V1__PARTY__INIT;
    Beckon__V1__CreateCodeRequest request = BECKON__V1__CREATE_CODE_REQUEST__INIT;
    owner.kind = kind_of(visit->session);
    owner.number = visit->session->number;
    wanted.owner = &owner;
    wanted.channel = member ? BECKON__V1__CHANNEL__CHANNEL_CHAT
                            : BECKON__V1__CHANNEL__CHANNEL_BADGE;
    snprintf(id, sizeof id, "own-%s-%u-%zu", visit->session->role, visit->session->number, had);
    request.code = &wanted;
    request.request_id = id;
    const Beckon__V1__CreateCodeResponse *made =
        ask(visit, &beckon__v1__code_service__descriptor, "CreateCode", &request.base);
    return made ? made->code->code : NULL;
}

const char *own_code(struct visit *visit)
{
    assert(visit->session);
    Beckon__V1__ListCodesRequest request = BECKON__V1__LIST_CODES_REQUEST__INIT;
    request.page_size = 500; /* more than anybody has */
    const Beckon__V1__ListCodesResponse *codes =
        ask(visit, &beckon__v1__code_service__descriptor, "ListCodes", &request.base);
    if (!codes)
        return NULL;
    const char *newest = newest_of(visit->session, codes);
    return newest ? newest : make(visit, codes->n_codes);
}

const Beckon__V1__RenderCodeResponse *own_code_image(struct visit *visit, const char *code,
                                                     enum own_code_size size)
{
    Beckon__V1__RenderCodeRequest request = BECKON__V1__RENDER_CODE_REQUEST__INIT;
    request.code = (char *)code;
    request.module_pixels = size == OWN_CODE_POSTER ? 24 : 8;
    request.link_base = (char *)(visit->site->link_base ? visit->site->link_base : "");
    return ask(visit, &beckon__v1__code_service__descriptor, "RenderCode", &request.base);
}
