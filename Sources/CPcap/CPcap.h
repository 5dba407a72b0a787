/* SPDX-License-Identifier: Apache-2.0
 *
 * The system's libpcap (Debian: libpcap-dev).
 */
#include <pcap/pcap.h>
