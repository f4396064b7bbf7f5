/* What the asker driver and its service say to each other. */
#ifndef ASKER_H
#define ASKER_H

#define ASKER_PORT_NAME L"\\AskerPort"
#define ASKER_NAME_BYTES 512

typedef struct _ASKER_QUESTION {
    ULONG ProcessId;
    ULONG NameLength;                           /* bytes; a longer name is cut */
    WCHAR Name[ASKER_NAME_BYTES / sizeof(WCHAR)];
} ASKER_QUESTION, *PASKER_QUESTION;

typedef struct _ASKER_ANSWER {
    ULONG Allow;
} ASKER_ANSWER, *PASKER_ANSWER;

#endif
