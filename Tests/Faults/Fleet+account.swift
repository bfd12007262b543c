import CrashPoints
import Foundation
import Programs

extension Fleet {
    /// What is known of the programs, for the message of a scene that failed.
    func account() -> String {
        let died = deaths.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key) \($0.value)" }
        let lines = ["programs that died where they were to die: \(died.isEmpty ? "none" : died.joined(separator: ", "))"]
        return (lines + surprises.map { "unexpected: \($0)" } + Self.seats.map(account)).joined(separator: "\n")
    }

    private func account(of seat: Seat) -> String {
        let arm = arms[seat]?.first.map { "to die at \($0)" } ?? "not armed"
        guard let program = programs[seat] else { return "\(seat), \(arm): was never started" }
        let last = program.printed.split(separator: "\n").suffix(5).map { "    \($0)" }
        return (["\(seat), \(arm): process \(program.processID), \(Self.state(of: program.processID)), said last:"] + last)
            .joined(separator: "\n")
    }

    /// As the kernel has it: a program that is dead and that nobody waited for says so.
    private static func state(of process: Int32) -> String {
        let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        return status?.split(separator: "\n").first { $0.hasPrefix("State:") }.map(String.init) ?? "gone"
    }
}
