/* The calling thread's stack as return addresses. */
#include <ntifs.h>

#include <execinfo.h>
#include <string.h>

#define MAX_FRAMES 128

/* Skips the caller's own frames (bits 8 and up of Flags) on top of this one. User mode's stack is not here: 0. */
ULONG NTAPI RtlWalkFrameChain(PVOID *Callers, ULONG Count, ULONG Flags)
{
    void *frames[MAX_FRAMES];
    ULONG skip = 1 + (Flags >> RTL_STACK_WALKING_MODE_FRAMES_TO_SKIP_SHIFT);
    if (Flags & 1)
        return 0;
    ULONG found = (ULONG)backtrace(frames, MAX_FRAMES);
    if (found <= skip)
        return 0;
    found = found - skip < Count ? found - skip : Count;
    memcpy(Callers, frames + skip, found * sizeof *frames);
    return found;
}

USHORT NTAPI RtlCaptureStackBackTrace(ULONG FramesToSkip, ULONG FramesToCapture, PVOID *BackTrace, PULONG BackTraceHash)
{
    void *frames[MAX_FRAMES];
    ULONG found = (ULONG)backtrace(frames, MAX_FRAMES), skip = FramesToSkip + 1, hash = 0;
    found = found > skip ? found - skip : 0;
    if (found > FramesToCapture)
        found = FramesToCapture;
    for (ULONG i = 0; i < found; i++) {
        BackTrace[i] = frames[skip + i];
        hash += (ULONG)(ULONG_PTR)BackTrace[i];
    }
    if (BackTraceHash)
        *BackTraceHash = hash;
    return (USHORT)found;
}
