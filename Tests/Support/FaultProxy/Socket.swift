import Glibc

/// A system call that failed.
public struct SocketError: Error, CustomStringConvertible {
    public let description: String

    init(_ call: String) {
        description = "\(call): \(String(cString: strerror(errno)))"
    }
}

/// A port of 127.0.0.1 that nobody listens on, for a server of the test's own.
public func freePort() throws -> Int {
    let (listener, port) = try Socket.listen()
    close(listener)
    return port
}

enum Socket {
    /// A listening socket on a free port of 127.0.0.1.
    static func listen() throws -> (socket: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw SocketError("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) | Glibc.listen(listener, 128) | getsockname(listener, address, &length)
            }
        }
        guard status == 0 else { throw SocketError("listen") }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Never blocks, and sends small pieces at once.
    static func prepare(_ socket: Int32) {
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// Where the proxy forwards to.
struct Address: Sendable {
    private let bytes: [UInt8]
    private let family: Int32

    init(host: String, port: Int) throws {
        var list: UnsafeMutablePointer<addrinfo>?
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else { throw SocketError("getaddrinfo") }
        defer { freeaddrinfo(first) }
        family = first.pointee.ai_family
        bytes = Array(UnsafeRawBufferPointer(start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen)))
    }

    /// nil when nobody is there.
    func connect() -> Int32? {
        let server = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard server >= 0 else { return nil }
        let status = bytes.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { Glibc.connect(server, $0.baseAddress, socklen_t(bytes.count)) }
        }
        guard status != 0 else { return server }
        close(server)
        return nil
    }
}
