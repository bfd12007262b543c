internal import Glibc

/// What a socket is about to be connected to.
enum SocketAddress: Sendable, Hashable {
    case ip(IPAddress)
    case unix(String)
    case unknown(family: Int32)

    /// - Parameter bytes: a `sockaddr` of that family, as long as it really is.
    init(family: Int32, bytes: UnsafeRawBufferPointer) {
        switch family {
        case AF_INET where bytes.count >= 8: self = .ip(IPAddress(bytes: Array(bytes[4..<8])))
        case AF_INET6 where bytes.count >= 24: self = .ip(IPAddress(bytes: Array(bytes[8..<24])))
        case AF_UNIX where bytes.count > 2: self = .unix(String(decoding: bytes[2...].prefix { $0 != 0 }, as: UTF8.self))
        default: self = .unknown(family: family)
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    var description: String {
        switch self {
        case .ip(let address): address.description
        case .unix(let path): path
        case .unknown(let family): "address family \(family)"
        }
    }
}
