/*
 * What travels over the control socket (AF_UNIX, SEQPACKET): one packet a request, one packet the answer. The
 * manager takes who is asking from the kernel, never from the packet. Strings are UTF-16 without an end mark;
 * lengths are bytes. An answer that is longer than a packet (a list) comes in several: all but the last say
 * STATUS_MORE_ENTRIES.
 *
 * A socket on which WIRE_CONNECT succeeded belongs to that port connection until it is closed; its answer
 * carries segment 0 of the shared memory as a descriptor, unless the process has kept it from an earlier one. Then only WIRE_SEGMENT, WIRE_REPLY, WIRE_EXTEND, WIRE_INHERIT (answered) and
 * WIRE_CALL (answered through shared memory) are understood, from the process that connected; and from whoever
 * has inherited the socket, WIRE_FILE_SHARE, which gets a socket of its own: on that, the same and WIRE_CHANNEL.
 *
 * A socket on which WIRE_FILE_OPEN succeeded belongs to that open file until it is closed: it is the file's
 * handle. Then only WIRE_FILE_CALL, WIRE_FILE_CANCEL, WIRE_FILE_SHARE and WIRE_FILE_DUPLICATE are understood. Calls may overlap;
 * each is answered with a struct wire_file_reply that bears its number, in any order: at once with its
 * result, or with STATUS_PENDING and later with its result.
 */
#ifndef OFM_CHANNEL_WIRE_H
#define OFM_CHANNEL_WIRE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_MAGIC 0x31574d46u
#define WIRE_MAX_PACKET (192u * 1024u)
#define WIRE_STRINGS 4

enum wire_op {
    WIRE_HELLO = 1,
    WIRE_LOAD,        /* s0 service name */
    WIRE_UNLOAD,      /* s0; a0 = 1: mandatory */
    WIRE_FILTER_FIND, /* a0 class, a1 index, a2 size */
    WIRE_VOLUME_FIND,
    WIRE_INSTANCE_FIND,        /* s0 filter */
    WIRE_VOLUME_INSTANCE_FIND, /* s0 volume */
    WIRE_FILTER_GET,           /* s0 filter; a0 class, a2 size */
    WIRE_INSTANCE_GET,         /* s0 filter, s1 volume, s2 instance; a0 class, a2 size */
    WIRE_ATTACH,               /* s0 filter, s1 volume, s2 instance */
    WIRE_ATTACH_AT_ALTITUDE,   /* and s3 altitude */
    WIRE_DETACH,               /* s0 filter, s1 volume, s2 instance */
    WIRE_DOS_NAME,             /* s0 volume */
    WIRE_MOUNT,                /* s0 directory, s1 mount point, s2 options (UTF-16) */
    WIRE_UNMOUNT,              /* s0 mount point; a0 = 1: also when busy */
    WIRE_MOUNTS,               /* answer: text, one mount a line */
    WIRE_INSTALL,              /* s0: text in regedit's format (bytes), imported and flushed */
    WIRE_PORTS,                /* answer: JSON text */
    WIRE_STOP,                 /* ends the manager */
    WIRE_CONNECT,     /* s0 port name, s1 context; a0 options, a1 = 1: ends with the last socket, not with the
                         process; a2: number of memory that the process has kept from an earlier connection, or 0.
                         Answer: bytes = the memory's number; with a2's there is no descriptor, and what was kept is
                         the connection's */
    WIRE_SEGMENT,     /* a0 size; a1 = 1: the bank instead (layout.h), once */
    WIRE_CALL,        /* struct wire_call behind the header */
    WIRE_FILE_OPEN,   /* s0 NT name, s1 security descriptor; struct wire_file_open behind; answer:
                         bytes = what was done (FILE_OPENED ...), a struct wire_file_opened */
    WIRE_FILE_CALL,   /* struct wire_file_call behind the header, its input behind that */
    WIRE_FILE_CANCEL, /* a0, a1: number of the call, low and high half. Not answered */
    WIRE_MAILSLOTS,   /* answer: JSON text */
    WIRE_CHANNEL,     /* the first call of a process over a connection that it did not make itself: the answer
                         carries segment 0 of its own shared memory */
    WIRE_REPLY,       /* struct wire_answer behind the header: FilterReplyMessage to a message that another
                         process got (P-89) */
    WIRE_LANE,        /* the socket becomes a lane (lane.h): answered with its number in `bytes` and its memory */
    WIRE_LANE_RING,   /* on a lane's socket: a request is not taken. Not answered */
    WIRE_FILE_SHARE,  /* one more handle of the open file, for whoever asks: the packet carries one end of a
                         pair of sockets (SEQPACKET) that the asking process made, and the answer goes there,
                         not over the file's socket, which several processes may hold: a struct wire_reply,
                         a struct wire_file_opened, and with success the new handle's socket. One that the
                         kernel does not know as the asking process' own is closed without an answer.
                         a0 = 1: with the access a1, which must be part of this handle's. a2: its value in
                         the asking process */
    WIRE_FILE_DUPLICATE, /* one more handle of the open file, for the process behind a pidfd, which waits in the
                         pair of sockets whose other end this packet carries, as with WIRE_FILE_SHARE; the
                         answer goes there. a0, a1 likewise; a2: enum wire_duplicate. Answer: bytes = the
                         handle's value in that process, which gets it by WIRE_FILE_CLAIM */
    WIRE_FILE_CLAIM,  /* a0: such a value; a1 = 0: the asking process' own handle; answer: bytes = a2 of before,
                         a struct wire_file_opened, and the handle's socket. Else a1 is the process whose
                         handle it is, a0 any value of one; a2: WIRE_CLAIM_..., a3: the access. Answer: the
                         same, or nothing but the status */
    WIRE_EXTEND,       /* on a connection's socket: a0, a1: MessageId, low and high half; a2: milliseconds */
    WIRE_HANDLE_OPEN,  /* a0: a handle that a driver opened in the asking process; answer: a struct
                          wire_handle, and what stands behind it as a descriptor */
    WIRE_HANDLE_CLOSE, /* a0: the same, closed */
    WIRE_INHERIT,      /* on a connection's socket: from now on as with a1 = 1 of WIRE_CONNECT */
    WIRE_CALL_LANE,    /* on a connection's socket: calls come through the process' lane a0, too; answer: bytes = the
                          connection's target there */
    WIRE_FILE_VALUE,   /* on a file's socket: a0 is its handle's value in the process from now on; 0: one that is not
                          told. Not answered */
};

enum wire_handle_type {
    WIRE_HANDLE_SECTION = 1, /* the descriptor is its memory */
};

struct wire_handle {
    uint32_t type;
    uint32_t protection; /* PAGE_...: the most that the handle's access lets a view ask for */
    uint64_t size;
};
static_assert(sizeof(struct wire_handle) == 16, "packed without holes");

struct wire_request {
    uint32_t magic;
    uint32_t op;
    uint32_t arguments[4];
    uint32_t lengths[WIRE_STRINGS];
    uint32_t present; /* bit n: string n was given, even if empty */
    uint32_t pad;
};
static_assert(sizeof(struct wire_request) == 48, "packed without holes");

struct wire_reply {
    uint32_t magic;
    uint32_t status;      /* NTSTATUS */
    uint32_t bytes;       /* of data, or the size needed with STATUS_BUFFER_TOO_SMALL */
    uint32_t data_length; /* behind this header */
};
static_assert(sizeof(struct wire_reply) == 16, "packed without holes");

/* FilterSendMessage: three ranges of the shared memory (segment, offset, length). */
struct wire_call {
    uint32_t in[3];
    uint32_t out[3];
    uint32_t block[3]; /* a struct chan_call; nothing through a lane (lane.h), which has an answer of its own */
    uint32_t tid;      /* the calling thread, checked to be one of the peer's */
    uint32_t has;      /* bit 0: an input pointer was given, bit 1: an output pointer */
    uint32_t pad;
};
static_assert(sizeof(struct wire_call) == 48, "packed without holes");

/* A reply whose payload lies in the asking process' shared memory. */
struct wire_answer {
    uint64_t id;
    uint32_t status;   /* FILTER_REPLY_HEADER.Status */
    uint32_t range[3]; /* segment, offset, length */
};
static_assert(sizeof(struct wire_answer) == 24, "packed without holes");

enum wire_mailslot {
    WIRE_MAILSLOT_NONE,
    WIRE_MAILSLOT_CREATE, /* with the quota, maximum and timeout given */
    WIRE_MAILSLOT_JOIN,   /* one more reading handle of one that exists: needs the manager's privilege */
};

/* How to open, in the terms of NtCreateFile and NtCreateMailslotFile. */
struct wire_file_open {
    uint32_t access, attributes, share, disposition, options;
    uint32_t object_attributes; /* OBJ_CASE_INSENSITIVE */
    uint32_t mailslot;          /* enum wire_mailslot */
    uint32_t quota, maximum;
    uint32_t has_timeout;
    int64_t timeout;
    uint32_t tid; /* the calling thread, checked to be one of the peer's */
    uint32_t value; /* the handle's in the process, by which others may ask for it (WIRE_FILE_CLAIM); 0: not told */
};
static_assert(sizeof(struct wire_file_open) == 56, "packed without holes");

struct wire_file_opened {
    uint32_t granted;
    uint32_t device_type; /* FILE_DEVICE_... */
};

#define WIRE_FILE_INLINE (64u * 1024u) /* more than this, in either direction, goes through shared memory */
#define WIRE_FILE_CALLS 1024u          /* that one file may have under way; more are read later */

enum wire_file_op {
    WIRE_FILE_READ = 1,
    WIRE_FILE_WRITE,
    WIRE_FILE_DEVICE_CONTROL, /* code */
    WIRE_FILE_FS_CONTROL,
    WIRE_FILE_QUERY, /* code: FILE_INFORMATION_CLASS */
    WIRE_FILE_SET,
    WIRE_FILE_QUERY_VOLUME,   /* code: FS_INFORMATION_CLASS */
    WIRE_FILE_DIRECTORY,      /* code: FILE_INFORMATION_CLASS; input: the pattern, UTF-16 */
    WIRE_FILE_QUERY_SECURITY, /* code: SECURITY_INFORMATION */
    WIRE_FILE_SET_SECURITY,   /* the same; input: a self-relative descriptor */
    WIRE_FILE_FLUSH,
    WIRE_FILE_NAME,    /* the object's name: UTF-16 */
    WIRE_FILE_SEGMENT, /* out_length: size of one more segment; the answer carries its descriptor */
    WIRE_FILE_READY,   /* the answer carries an eventfd that is written when a message comes into the empty
                          mailslot */
    WIRE_FILE_LANE,    /* code: number of the process' lane; information: the file's target there */
    WIRE_FILE_CLOSE,   /* answered after IRP_MJ_CLEANUP; what is still under way is cancelled */
};

enum wire_file_flags {
    WIRE_FILE_AT = 1,         /* offset is given */
    WIRE_FILE_END_ONLY = 2,   /* the caller waits for the result: no STATUS_PENDING */
    WIRE_FILE_SHARED_IN = 4,  /* input is in shared memory */
    WIRE_FILE_SHARED_OUT = 8, /* output goes there */
    WIRE_FILE_OUT_IS_IN =
        16, /* what is in the output buffer is sent too, behind the input (METHOD_IN_DIRECT ...) */
    WIRE_FILE_RESTART = 32, /* directory: from its start */
    WIRE_FILE_ONE_ENTRY = 64,
    WIRE_FILE_IN_BACK =
        128, /* the input buffer is sent back, behind the output (METHOD_NEITHER: a driver may write to it) */
};

struct wire_file_call {
    uint64_t number; /* the client's; not one that is still under way */
    uint32_t op, flags;
    int64_t offset;
    uint32_t code;
    uint32_t tid; /* the calling thread, checked to be one of the peer's */
    uint32_t in_length, out_length;
    uint32_t in[2], out[2]; /* segment and offset of shared input and output */
};
static_assert(sizeof(struct wire_file_call) == 56, "packed without holes");

struct wire_file_reply {
    uint32_t magic;
    uint32_t status; /* NTSTATUS */
    uint64_t number;
    uint64_t information;
    uint32_t data_length; /* of output: behind this header, or in shared memory */
    uint32_t pad;
};
static_assert(sizeof(struct wire_file_reply) == 32, "packed without holes");

/* Handles of WIRE_FILE_DUPLICATE have values of a range of their own, below those of rtl/handle_value.h: a process
 * that does not know the value asks the manager for the handle. */
#define WIRE_GIVEN_FIRST 0x10000000u
#define WIRE_GIVEN_END 0x40000000u

/* What the process that gets the handle is told of it. */
enum wire_duplicate { WIRE_DUPLICATE_INHERIT = 1, WIRE_DUPLICATE_OVERLAPPED = 2 };
enum wire_claim {
    WIRE_CLAIM_CLOSE = 1,     /* the other process loses it */
    WIRE_CLAIM_TAKE = 2,      /* the asking one gets a handle */
    WIRE_CLAIM_WITH_ACCESS = 4, /* with the access given */
};

struct wire_sender {
    pid_t pid;
    uid_t uid;
};

/* One packet with at most one descriptor (-1: none). The number of bytes, 0 at the end of the connection, or
 * a negative errno. */
ssize_t wire_receive(int socket, void *buffer, size_t size, int *fd, bool wait);
/* The same without waiting; *sender is the process that sent it, as the kernel says when the socket has
 * SO_PASSCRED, else 0. */
ssize_t wire_receive_from(int socket, void *buffer, size_t size, int *fd, struct wire_sender *sender);
int wire_send(int socket, const void *header, size_t header_size, const void *data, size_t data_size, int fd);
/* The same, but never waits: -EAGAIN when the socket is full. */
int wire_try_send(
    int socket, const void *header, size_t header_size, const void *data, size_t data_size, int fd);

/* The control socket's path for this user: $OPENFLTMGR_RUNTIME, else /run/openfltmgr for root, else
 * $XDG_RUNTIME_DIR/openfltmgr. */
int wire_runtime_directory(char *path, size_t size);
int wire_socket_path(char *path, size_t size);

#endif
