/* What the scanner driver and its application say to each other. */
#ifndef SCANNER_H
#define SCANNER_H

#define SCANNER_PORT_NAME L"\\ScannerSamplePort"

#define SCANNER_CHUNK 4096      /* bytes of a file in one question */
#define SCANNER_OVERLAP 96      /* bytes that two questions about neighbouring chunks share: longer than any signature */

typedef enum _SCANNER_REASON {
    ScannerOpen,                /* a file is being opened */
    ScannerWrite,               /* bytes are being written */
} SCANNER_REASON;

typedef struct _SCANNER_QUESTION {
    ULONG Reason;               /* SCANNER_REASON */
    ULONG ProcessId;            /* whose operation it is */
    ULONG Length;               /* bytes of Contents */
    ULONG Reserved;
    UCHAR Contents[SCANNER_CHUNK];
} SCANNER_QUESTION, *PSCANNER_QUESTION;

/* Four bytes, so that no padding hides behind a FILTER_REPLY_HEADER. */
typedef struct _SCANNER_ANSWER {
    ULONG Clean;
} SCANNER_ANSWER, *PSCANNER_ANSWER;

#endif
