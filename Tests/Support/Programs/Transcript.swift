import Foundation
import Synchronization

/// What a running program has printed so far.
final class Transcript: Sendable {
    private struct State {
        var text = ""
        var waiting: [(needle: String, continuation: CheckedContinuation<String?, Never>)] = []
        var ended = false
    }

    private let state = Mutex(State())

    var text: String { state.withLock { $0.text } }

    /// Takes down what comes through a pipe, until its other end is closed; on a thread of its own.
    func write(from pipe: FileHandle) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                while case let data = pipe.availableData, !data.isEmpty { take(String(decoding: data, as: UTF8.self)) }
                take(nil)
                continuation.resume()
            }
        }
    }

    /// The first line that contains `needle`, as soon as there is one; nothing when the program ends without printing one.
    func line(with needle: String) async -> String? {
        await withCheckedContinuation { continuation in
            let now: String?? = state.withLock { state in
                if let line = Self.line(with: needle, in: state.text) { return line }
                if state.ended { return .some(nil) }
                state.waiting.append((needle, continuation))
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    private func take(_ text: String?) {
        let woken = state.withLock { state in
            if let text { state.text += text } else { state.ended = true }
            let ready = state.waiting.filter { state.ended || state.text.contains($0.needle) }
            state.waiting.removeAll { state.ended || state.text.contains($0.needle) }
            return ready.map { ($0.continuation, Self.line(with: $0.needle, in: state.text)) }
        }
        for (continuation, line) in woken { continuation.resume(returning: line) }
    }

    private static func line(with needle: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.contains(needle) }.map(String.init)
    }
}
