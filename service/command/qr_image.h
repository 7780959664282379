/* QR images in replies. */
#ifndef BECKON_SERVICE_COMMAND_QR_IMAGE_H
#define BECKON_SERVICE_COMMAND_QR_IMAGE_H

#include "service/command/command.h"
#include "service/qr/qr.h"

/* Draws `text` into room of the reply's, at most `bytes_max` of it. OUTCOME_OK, OUTCOME_BUSY (the
 * arena is empty), OUTCOME_INTERNAL. A write has reserved them. */
enum outcome qr_image(struct command_call *call, const char *text,
                      const struct qr_options *options, size_t bytes_max,
                      ProtobufCBinaryData *ret_image) OUTCOME_CHECKED;

#endif
