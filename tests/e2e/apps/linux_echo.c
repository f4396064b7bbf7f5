/* A Linux program that talks to samples/echo's driver: a usual compiler, 16-bit strings by u"". */
#include <windows.h>
#include <fltuser.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char *argv[])
{
    HANDLE port;
    DWORD bytes;
    char answer[256] = "", *text = argc > 1 ? argv[1] : answer;
    HRESULT hr = FilterConnectCommunicationPort(u"\\EchoPort", 0, NULL, 0, NULL, &port);
    if (FAILED(hr)) {
        printf("connect: 0x%08X\n", (unsigned)hr);
        return 1;
    }
    hr = FilterSendMessage(port, text, (DWORD)strlen(text), answer, sizeof answer - 1, &bytes);
    CloseHandle(port);
    if (FAILED(hr)) {
        printf("send: 0x%08X\n", (unsigned)hr);
        return 1;
    }
    puts(answer);
    return 0;
}
