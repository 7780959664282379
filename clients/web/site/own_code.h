/* The code of whoever is signed in, a member or a guide, and its image. */
#ifndef BECKON_CLIENTS_WEB_SITE_OWN_CODE_H
#define BECKON_CLIENTS_WEB_SITE_OWN_CODE_H

#include "beckon/v1/code_service.pb-c.h"
#include "clients/web/site/visit.h"

/* Her newest code that is good; where she has none, one is made, once for ever (its request id is
 * her own). visit->session must be there. NULL: visit->error. Lives as long as the visit. */
const char *own_code(struct visit *visit);

enum own_code_size { OWN_CODE_CARD, OWN_CODE_POSTER };
/* The PNG of a code, and the link it holds. NULL: visit->error. */
const Beckon__V1__RenderCodeResponse *own_code_image(struct visit *visit, const char *code,
                                                     enum own_code_size size);

#endif
