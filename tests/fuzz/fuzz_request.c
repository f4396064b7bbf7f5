/* Packets of the control socket, as any user may send them: parsed, and served as far as an ordinary user is.
 */
#include "daemon/request.h"
#include "quiet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ofm_options options = {.log = quiet};

    (void)argc, (void)argv;
    return ofm_start(&options) == 0 ? 0 : (abort(), 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct control_peer peer = {.pid = 1, .uid = 65534, .gid = 65534, .pidfd = -1};
    struct wire_request header = {.magic = WIRE_MAGIC};
    uint8_t *packet = malloc(size + sizeof header);
    struct request request;
    struct answer answer = {0};

    /* most inputs would die on the magic number: the fuzzer writes what is behind it */
    memcpy(packet, &header, sizeof header);
    if (size >= sizeof header - sizeof header.magic)
        memcpy(packet + sizeof header.magic, data, size);
    size_t length = size >= sizeof header - sizeof header.magic ? size + sizeof header.magic : size;
    if (request_parse(packet, length, &request)) {
        request.peer = &peer;
        request_serve(&request, &answer);
        free(answer.data);
    }
    free(packet);
    return 0;
}
