/// What containers write comes in frames: one byte for the stream, three zeros, four bytes of length (big-endian), then as many
/// bytes (Docker API, "attach to a container").
package enum LogFrames {
    /// Both streams as they came, without the frames; an incomplete last frame counts as far as it goes.
    package static func payload(of bytes: [UInt8]) -> [UInt8] {
        var payload: [UInt8] = []
        var rest = bytes[...]
        while rest.count >= 8, rest[rest.startIndex] <= 2 {
            let start = rest.startIndex
            let length = rest[start + 4..<start + 8].reduce(0) { $0 << 8 | Int($1) }
            payload += rest.dropFirst(8).prefix(length)
            rest = rest.dropFirst(8).dropFirst(length)
        }
        return payload
    }
}
