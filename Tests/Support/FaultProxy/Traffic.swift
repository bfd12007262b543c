import Glibc

/// All connections through the proxy, and what is wrong with the network.
struct Traffic: Sendable {
    var tunnels: [Tunnel] = []
    var stalled: FaultProxy.Direction?
    var refuses = false
    var pause = Duration.zero
    var isStopped = false
    var accepted = 0

    private var forwardsToServer: Bool { stalled != .toServer && stalled != .both }
    private var forwardsToClient: Bool { stalled != .toClient && stalled != .both }

    /// What to poll: two entries for each tunnel.
    var interests: [pollfd] {
        tunnels.flatMap { $0.interests(toServer: forwardsToServer, toClient: forwardsToClient) }
    }

    /// Moves what can be moved, and forgets tunnels that have ended. Tunnels without an entry are newer than the poll.
    mutating func forward(_ ready: [Int16]) {
        let atOnce = pause > .zero ? 64 : 65536
        for index in 0..<min(tunnels.count, ready.count / 2) {
            if ready[2 * index] | ready[2 * index + 1] == 0 { continue }
            if forwardsToServer { tunnels[index].forwardToServer(atOnce) }
            if forwardsToClient { tunnels[index].forwardToClient(atOnce) }
        }
        for tunnel in tunnels where tunnel.hasEnded { tunnel.close() }
        tunnels.removeAll(where: \.hasEnded)
    }

    mutating func closeAll() {
        for tunnel in tunnels { tunnel.close() }
        tunnels = []
    }
}
