/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The unprivileged half of evpnd: BGP, the RIB and every decision. It reads from the network and
 * holds no capability; what it wants from the kernel it asks of the parent over IPC.
 */
#ifndef EVPND_SPEAKER_H
#define EVPND_SPEAKER_H

/**
 * speaker_main() - run the speaker until the parent goes away or says IPC_SHUTDOWN
 * @ipc_fd: one end of the SOCK_SEQPACKET pair; owned by the speaker from here on
 *
 * Privileges are already dropped when it is called. IPC_READY is sent once the first configuration
 * has been applied and everything that follows from it was wished for. On IPC_SHUTDOWN the services say their last wishes, every route is withdrawn,
 * every session is closed with NOTIFICATION 6/2 (administrative shutdown), and it returns.
 *
 * Return: exit status of the process: 0 after an orderly shutdown, 1 otherwise.
 */
int speaker_main(int ipc_fd);

#endif
