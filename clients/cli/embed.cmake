# Writes the demo's charter as a C string: cmake -DSOURCE=... -DOUT=... -P
file(READ ${SOURCE} HEX HEX)
string(REGEX REPLACE "(..)" "0x\\1," BYTES "${HEX}")
file(WRITE ${OUT} "/* Generated from demo.yaml. */
#include \"clients/cli/demo.h\"

const char DEMO_CHARTER[] = {${BYTES}0};
")
