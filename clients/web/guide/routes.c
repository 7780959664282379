#include "clients/web/site/visit.h"

const struct route GUIDE_ROUTES[] = {
    {0},
};
