/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mailbox: a piece of RAM through which a debug probe asks the firmware while the core runs
 * (docs/mailbox.md). A board needs no UART for it, and inputs go in at the wire's speed. The host
 * finds it by the symbol `tinyrig_mailbox`, or by its first 16 bytes. Little-endian cores; where
 * there is a data cache the memory must not be cached. C99; of the C library it needs memset and
 * strlen. No allocation, no globals.
 *
 *     static uint32_t tinyrig_mailbox[TINYRIG_MAILBOX_WORDS(4, 64, 512)];
 *     TinyrigMailbox mailbox;
 *     tinyrig_mailbox_start(&mailbox, &room, &port, &config);
 *     for (;;)
 *         tinyrig_mailbox_serve(&mailbox);
 */
#ifndef TINYRIG_TARGET_MAILBOX_H
#define TINYRIG_TARGET_MAILBOX_H

#include "firmware.h"

#define TINYRIG_MAILBOX_VERSION 1u
#define TINYRIG_MAILBOX_SAID    64u /* bytes of last words */

/* At the beginning of the memory. What the host writes is marked so. */
typedef struct TinyrigMailboxHead {
	char magic[16]; /* "tinyrig mailbox" and a NUL; written last */
	uint32_t version;
	uint32_t slots, slot_bytes, first_slot; /* the last in bytes from the head on */
	uint32_t input_max, output_max;         /* bytes; multiples of 4 */
	uint32_t ticks_hz;                      /* of laps and stamps */
	uint32_t crc;                           /* of all before it */
	volatile uint32_t session;              /* the host's: any number but 0 */
	volatile uint32_t served;               /* the session that is served; 0: none since reset */
	volatile uint32_t said_bytes;           /* of last words; 0: none */
	char said[TINYRIG_MAILBOX_SAID];
} TinyrigMailboxHead;

/*
 * A slot: a reply, output_max bytes, a request, input_max bytes. A check sum begins with the number
 * in place of 0 and covers all that follows it.
 */
typedef struct TinyrigMailboxReply {
	volatile uint32_t number; /* of the request that it answers; written last */
	uint32_t crc;
	uint32_t status; /* TinyrigMailboxStatus */
	uint32_t kept;   /* inferences or frames that are told one by one */
	uint32_t values; /* of each */
	uint32_t output_bytes;
	uint32_t ticks; /* of all inferences */
} TinyrigMailboxReply;

typedef struct TinyrigMailboxRequest { /* the host's */
	volatile uint32_t number; /* 1, 2, … in a session; written last: it is the firmware's turn */
	uint32_t crc;
	uint32_t operation; /* TinyrigMailboxOperation */
	uint32_t count;     /* inferences, or frames; >= 1 */
	uint32_t before;    /* inferences before them, or index of the first frame */
	uint32_t input_bytes;
} TinyrigMailboxRequest;

typedef enum TinyrigMailboxOperation {
	TINYRIG_MAILBOX_IDENTIFY = 1,
	TINYRIG_MAILBOX_INFER = 2,
	TINYRIG_MAILBOX_SENSOR = 3
} TinyrigMailboxOperation;

typedef enum TinyrigMailboxStatus {
	TINYRIG_MAILBOX_DONE = 0,
	TINYRIG_MAILBOX_DAMAGED = 1, /* the request's check sum is wrong */
	TINYRIG_MAILBOX_UNKNOWN = 2, /* operation */
	TINYRIG_MAILBOX_REFUSED = 3  /* the model takes no input of this size; or the count is wrong */
} TinyrigMailboxStatus;

#define TINYRIG_MAILBOX_SLOT_BYTES(input_max, output_max)                                          \
	(sizeof(TinyrigMailboxReply) + (output_max) + sizeof(TinyrigMailboxRequest) + (input_max))
/* Words of memory for so many slots; both sizes in bytes, multiples of 4. */
#define TINYRIG_MAILBOX_WORDS(slots, input_max, output_max)                                        \
	((sizeof(TinyrigMailboxHead) +                                                                 \
	  (slots)*TINYRIG_MAILBOX_SLOT_BYTES((input_max), (output_max))) /                             \
	 4)

/* The memory, lent for the mailbox's life. */
typedef struct TinyrigMailboxRoom {
	uint32_t *memory; /* TINYRIG_MAILBOX_WORDS of it */
	uint32_t slots;   /* >= 1; with two or more the board need not wait for the host */
	uint32_t input_max, output_max; /* output_max: at least an inference's outputs and a lap, 4
	                                   bytes each, and a frame of the sensor */
	uint32_t values_max;            /* outputs of an inference */
} TinyrigMailboxRoom;

/* Fields are the mailbox's own, but for looking. */
typedef struct TinyrigMailbox {
	TinyrigPort port;
	TinyrigConfig config;
	TinyrigMailboxRoom room;
	uint32_t next;     /* number of the request that is served next */
	uint32_t begin_us; /* of the first frame of a read-out */
} TinyrigMailbox;

/* Copies the structs (what they point to stays the caller's). The host may ask from here on. */
void tinyrig_mailbox_start(TinyrigMailbox *mailbox, const TinyrigMailboxRoom *room,
                           const TinyrigPort *port, const TinyrigConfig *config);

/* Answers the next request, if there is one; false: there was none. */
bool tinyrig_mailbox_serve(TinyrigMailbox *mailbox);

/* Last words, as of a fault handler: the host tells them and asks no more. */
void tinyrig_mailbox_say(uint32_t *memory, const char *text);

#endif
