/* The application's side of bench_port: takes each message and answers it, with one thread and synchronous calls. */
#include <windows.h>
#include <fltUser.h>
#include <stdio.h>
#include <string.h>

struct message {
    FILTER_MESSAGE_HEADER header;
    char bytes[4096];
};

struct answer {
    FILTER_REPLY_HEADER header;
    char bytes[64];
};

int main(void)
{
    static struct message message;
    static struct answer answer;
    HANDLE port;
    HRESULT hr = FilterConnectCommunicationPort(u"\\BenchPort", 0, NULL, 0, NULL, &port);
    while (SUCCEEDED(hr)) {
        hr = FilterGetMessage(port, &message.header, sizeof message, NULL);
        if (FAILED(hr))
            break;
        answer.header.Status = 0;
        answer.header.MessageId = message.header.MessageId;
        hr = FilterReplyMessage(port, &answer.header, sizeof(FILTER_REPLY_HEADER) + sizeof answer.bytes);
    }
    fprintf(stderr, "bench_port_client ends: 0x%08x\n", (unsigned)hr);
    return 1;
}
