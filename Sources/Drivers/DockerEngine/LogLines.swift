import Drivers
package import Model

/// Makes lines of the frames of a log with times. The daemon cuts long lines into frames, each with a time of its own; the line
/// ends where a frame ends with a line end.
package struct LogLines: Sendable {
    private var frames = LogFrames()
    /// Of each stream what has come of its last line.
    private var open: [LogFrames.Stream: LogPiece.Line] = [:]
    package private(set) var lines: [LogPiece.Line] = []
    /// Bytes of text in `lines`.
    package private(set) var size = 0

    package init() {}

    package mutating func take(_ bytes: [UInt8]) {
        for frame in frames.take(bytes) { take(frame.payload, of: frame.stream) }
    }

    private mutating func take(_ payload: [UInt8], of stream: LogFrames.Stream) {
        let isEnd = payload.last == UInt8(ascii: "\n")
        let text = String(decoding: isEnd ? payload.dropLast() : payload[...], as: UTF8.self)
        guard var line = LogPiece.Line(stamped: text[...]) else { return }
        if let begun = open[stream] { line = LogPiece.Line(time: begun.time, text: begun.text + line.text) }
        open[stream] = isEnd ? nil : line
        guard isEnd else { return }
        size += line.text.utf8.count
        lines.append(line)
    }
}
