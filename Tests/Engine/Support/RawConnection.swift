import Foundation

/// A TCP connection that sends exactly the bytes it is given; its calls block a queue of its own, never a pool thread.
final class RawConnection: Sendable {
    private let socket: Int32
    private let queue = DispatchQueue(label: "raw connection")

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(socket) }

    /// Sends the bytes; `false` when the other side no longer takes them.
    @discardableResult
    func send(_ bytes: [UInt8]) async -> Bool {
        await onQueue {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(self.socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    @discardableResult
    func send(_ text: String) async -> Bool {
        await send(Array(text.utf8))
    }

    /// Ends our side only.
    func finishSending() async {
        await onQueue { _ = shutdown(self.socket, Int32(SHUT_WR)) }
    }

    /// Reads until the text is there; `nil` when the connection ends before.
    func read(until text: String) async -> String? {
        await onQueue {
            var bytes: [UInt8] = []
            while let chunk = self.chunk() {
                bytes += chunk
                let read = String(decoding: bytes, as: UTF8.self)
                if read.contains(text) { return read }
            }
            return nil
        }
    }

    /// Reads until the other side closes; `nil` when it resets the connection or does not close within 20 s.
    func readToEnd() async -> String? {
        await onQueue {
            var bytes: [UInt8] = []
            while let chunk = self.chunk() {
                if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
                bytes += chunk
            }
            return nil
        }
    }

    /// Whether the other side ends the connection within 20 s. It resets it where something sent was not yet read: that counts too.
    func isEnded() async -> Bool {
        await onQueue {
            while let chunk = self.chunk() {
                if chunk.isEmpty { return true }
            }
            return errno == ECONNRESET
        }
    }

    /// What came next; empty at the end, `nil` on an error.
    private func chunk() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer[..<count])
    }

    private func onQueue<R: Sendable>(_ work: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }
}
