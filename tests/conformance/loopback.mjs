// SPDX-License-Identifier: MIT
// Preload for the conformance suite, whose servers would listen on all
// interfaces: they go to 127.0.0.1. At once, for the suite asks for the port
// in the next line; a host would be looked up first, even an address.
import net from 'node:net';

const { TCP, constants } = process.binding('tcp_wrap');
const { listen } = net.Server.prototype;

net.Server.prototype.listen = function (port, ...rest) {
	const handle = new TCP(constants.SERVER);
	if (port !== 0 || handle.bind('127.0.0.1', 0))
		throw new Error(`cannot listen on ${port}`);
	return listen.call(this, handle, rest.findLast((a) => typeof a === 'function'));
};
