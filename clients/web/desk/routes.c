#include "clients/web/site/visit.h"

const struct route DESK_ROUTES[] = {
    {0},
};
