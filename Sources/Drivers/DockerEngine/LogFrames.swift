/// What containers write comes in frames: one byte for the stream, three zeros, four bytes of length (big-endian), then as many
/// bytes (Docker API, "attach to a container").
package struct LogFrames: Sendable {
    package enum Stream: UInt8, Sendable {
        case input, output, error
    }

    package init() {}

    /// What has come of the last frame so far.
    private var rest: [UInt8] = []

    /// The frames that are complete with these bytes.
    package mutating func take(_ bytes: [UInt8]) -> [(stream: Stream, payload: [UInt8])] {
        rest += bytes
        var frames: [(Stream, [UInt8])] = []
        var position = 0
        while rest.count - position >= 8, let stream = Stream(rawValue: rest[position]) {
            let length = rest[position + 4..<position + 8].reduce(0) { $0 << 8 | Int($1) }
            guard rest.count - position - 8 >= length else { break }
            frames.append((stream, Array(rest[position + 8..<position + 8 + length])))
            position += 8 + length
        }
        rest.removeFirst(position)
        return frames
    }

    /// Both streams as they came, without the frames; an incomplete last frame counts as far as it goes.
    package static func payload(of bytes: [UInt8]) -> [UInt8] {
        var frames = LogFrames()
        let whole = frames.take(bytes).flatMap(\.payload)
        return frames.rest.first.flatMap(Stream.init) == nil ? whole : whole + frames.rest.dropFirst(8)
    }
}
