/*
 * echoapp: the smallest client of a communication port: sends its argument, prints what comes back. See echo.c.
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <fltUser.h>
int main(int argc, char *argv[])
{
    HANDLE port; char *text = argc > 1 ? argv[1] : "hello", answer[256] = ""; DWORD bytes;
    HRESULT hr = FilterConnectCommunicationPort(L"\\EchoPort", 0, NULL, 0, NULL, &port);
    if (SUCCEEDED(hr)) { hr = FilterSendMessage(port, text, (DWORD)strlen(text), answer, sizeof(answer) - 1, &bytes); CloseHandle(port); }
    if (FAILED(hr)) printf("echoapp: 0x%08X\n", hr); else printf("%s\n", answer);
    return FAILED(hr); }
