/* SPDX-License-Identifier: GPL-2.0-only */
/* echo.h - what the two processes say to each other about an echo */
#ifndef EVPND_CONTRACT_ECHO_H
#define EVPND_CONTRACT_ECHO_H

#include <stdint.h>

#include "contract/wish.h"

/** struct wish_echo - what is to come back; also the key by which it is taken back */
struct wish_echo {
	char text[32];
};

/** struct fact_echo - what came back; @times: since the parent has started */
struct fact_echo {
	char text[32];
	uint32_t times;
};

/** struct echo_result - what became of a wish; @status: enum wish_status */
struct echo_result {
	char text[32];
	uint8_t status;
};

#endif
