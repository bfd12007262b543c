import Foundation
import Glibc
import Synchronization

@testable import Curl

/// A TCP server inside the test, for peers that misbehave: each connection is served by a closure on a thread of its own, where
/// blocking harms nobody.
final class Peer: Sendable {
    let port: Int
    private let listener: Int32
    private let open = Mutex<(isClosed: Bool, connections: [Int32])>((false, []))

    /// - Parameter serve: the connection and its number, from 1.
    init(port: Int = 0, _ serve: @escaping @Sendable (Connection, Int) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard Self.bind(listener, port), listen(listener, 256) == 0 else { throw POSIXError(.EADDRINUSE) }
        self.port = Self.port(of: listener)
        Thread { [self] in accept(serve) }.start()
    }

    var endpoint: Endpoint { .tcp(host: "127.0.0.1", port: port, tls: nil) }

    func close() {
        let connections = open.withLock { open in
            defer { open = (true, []) }
            if !open.isClosed { shutdown(listener, Int32(SHUT_RDWR)) }
            return open.connections
        }
        for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func accept(_ serve: @escaping @Sendable (Connection, Int) -> Void) {
        var number = 0
        while case let descriptor = Glibc.accept(listener, nil, nil), descriptor >= 0 {
            number += 1
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            guard admit(descriptor) else { continue }
            Thread { [self, number] in
                serve(Connection(descriptor: descriptor), number)
                dismiss(descriptor)
            }.start()
        }
        Glibc.close(listener)
    }

    private func admit(_ descriptor: Int32) -> Bool {
        open.withLock { open in
            if open.isClosed { Glibc.close(descriptor) } else { open.connections.append(descriptor) }
            return !open.isClosed
        }
    }

    private func dismiss(_ descriptor: Int32) {
        open.withLock { open in
            open.connections.removeAll { $0 == descriptor }
            _ = Glibc.close(descriptor)
        }
    }

    private static func bind(_ descriptor: Int32, _ port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// One connection as its thread sees it.
struct Connection: Sendable {
    fileprivate let descriptor: Int32

    /// The request's head, or what came of it before the end.
    func readHead() -> String {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), let byte = read(1).first { head.append(byte) }
        return String(decoding: head, as: UTF8.self)
    }

    /// Empty at the connection's end.
    func read(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = recv(descriptor, &bytes, count, 0)
        return Array(bytes.prefix(max(0, got)))
    }

    /// - Returns: how many bytes came until the connection ended.
    @discardableResult
    func readToEnd() -> Int {
        var sum = 0
        while case let bytes = read(64 << 10), !bytes.isEmpty { sum += bytes.count }
        return sum
    }

    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Writes as much as goes without the other side reading; ends when there is no room for `patience`.
    func writeUntilStalled(_ piece: [UInt8], atMost limit: Int, patience: Duration) -> Int {
        var sum = 0
        while sum < limit {
            var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&state, 1, Int32(patience / .milliseconds(1))) > 0 else { break }
            let sent = send(descriptor, piece, min(piece.count, limit - sum), Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            guard sent > 0 else { break }
            sum += sent
        }
        return sum
    }

    /// The other side sees the end of what is written; reading goes on.
    func endWriting() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Serves one request with this body.
    func answer(_ body: String, status: String = "200 OK", headers: String = "") {
        write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }
}
