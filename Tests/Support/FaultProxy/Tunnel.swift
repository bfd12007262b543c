import Glibc

/// One connection through the proxy: a client's socket, a server's, and what is on its way between them.
struct Tunnel: Sendable {
    private let client: Int32
    private let server: Int32
    private var toServer: [UInt8] = []
    private var toClient: [UInt8] = []
    private var isCut = false
    private var clientEnded = false
    private var serverEnded = false

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
        for socket in [client, server] { Socket.prepare(socket) }
    }

    var hasEnded: Bool {
        isCut || (clientEnded && toServer.isEmpty) || (serverEnded && toClient.isEmpty)
    }

    /// Both sides see the end now; the sockets are closed by `close()`.
    mutating func cut() {
        isCut = true
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
    }

    func close() {
        Glibc.close(client)
        Glibc.close(server)
    }

    /// A stalled direction is not even looked at, so that it does not wake the thread.
    func interests(toServer forwardsToServer: Bool, toClient forwardsToClient: Bool) -> [pollfd] {
        var ofClient: Int32 = 0
        var ofServer: Int32 = 0
        if forwardsToServer { if toServer.isEmpty { ofClient |= POLLIN } else { ofServer |= POLLOUT } }
        if forwardsToClient { if toClient.isEmpty { ofServer |= POLLIN } else { ofClient |= POLLOUT } }
        return [entry(client, ofClient), entry(server, ofServer)]
    }

    private func entry(_ socket: Int32, _ events: Int32) -> pollfd {
        // A negative descriptor is ignored; with no events at all a hang-up would still wake the thread.
        pollfd(fd: events == 0 && !isCut ? -1 : socket, events: Int16(events), revents: 0)
    }

    mutating func forwardToServer(_ atOnce: Int) {
        clientEnded = Self.move(from: client, through: &toServer, to: server, atOnce) || clientEnded
    }

    mutating func forwardToClient(_ atOnce: Int) {
        serverEnded = Self.move(from: server, through: &toClient, to: client, atOnce) || serverEnded
    }

    /// - Returns: whether the source has ended.
    private static func move(from source: Int32, through buffer: inout [UInt8], to target: Int32, _ atOnce: Int) -> Bool {
        var hasEnded = false
        if buffer.isEmpty { hasEnded = fill(&buffer, from: source, atOnce) }
        let written = buffer.withUnsafeBytes { send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if written > 0 { buffer.removeFirst(written) }
        return hasEnded
    }

    private static func fill(_ buffer: inout [UInt8], from source: Int32, _ atOnce: Int) -> Bool {
        var count = 0
        buffer = [UInt8](unsafeUninitializedCapacity: atOnce) { bytes, initialized in
            count = recv(source, bytes.baseAddress, atOnce, 0)
            initialized = max(0, count)
        }
        return count == 0 || (count < 0 && errno != EAGAIN)
    }
}
