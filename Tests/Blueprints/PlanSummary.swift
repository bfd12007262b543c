import Model

/// A plan in lines that people can read and compare: texts that are long are there as their length and a checksum, so that every
/// change shows, and where.
struct PlanSummary: CustomStringConvertible {
    let plan: Plan

    var description: String {
        let lines =
            plan.authorities.map { "authority \($0.name): \($0.subject.text), \($0.days) days" } + plan.certificates.map(\.line)
            + plan.tasks.filter { $0.stage == .before }.flatMap(\.lines) + plan.nodes.flatMap(\.lines)
            + plan.tasks.filter { $0.stage == .after }.flatMap(\.lines)
            + plan.connection.map { "download \($0.name) \($0.mediaType) \($0.content.digest)" }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension PlannedSubject {
    fileprivate var text: String {
        (["CN=\(commonName)"] + (organization.map { ["O=\($0)"] } ?? []) + units.map { "OU=\($0)" }).joined(separator: " ")
    }
}

extension PlannedCertificate {
    fileprivate var line: String {
        let purposes = purposes.map(\.rawValue).joined(separator: " ")
        let detail = [purposes, names.joined(separator: " ")].filter { !$0.isEmpty }.map { ", " + $0 }.joined()
        return "certificate \(name) of \(authority): \(subject.text), \(days) days\(detail)"
    }
}

extension PlannedNode {
    fileprivate var lines: [String] {
        let ports = ports.map { "\($0.name) \($0.scheme) \($0.container)\($0.published ? " published" : "")" }
        return ["node \(name) (\(names.joined(separator: " "))): \(image), \(command.joined(separator: " ").digest)"]
            + ports.map { "  port \($0)" } + volumes.map { "  volume \($0.path)" } + environment.lines + files.map(\.line)
    }
}

extension PlannedTask {
    fileprivate var lines: [String] {
        ["task \(name) \(stage.rawValue): \(image), \(command.joined(separator: " ").digest)"]
            + command.dropFirst(4).map { "  argument \($0)" } + gives.map { "  gives \($0)" } + environment.lines
            + files.map(\.line)
    }
}

extension PlannedFile {
    fileprivate var line: String {
        let source = given.map { "given by \($0.task)" } ?? (content.utf8.count < 80 ? content : content.digest)
        return "  file \(path) \(String(mode, radix: 8)) \(source.replacing("\n", with: " "))"
    }
}

extension [String: String] {
    fileprivate var lines: [String] { sorted { $0.key < $1.key }.map { "  \($0.key)=\($0.value)" } }
}

extension String {
    /// Length and FNV-1a, 64 bits.
    fileprivate var digest: String {
        let sum = utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\(utf8.count) bytes \(String(sum, radix: 16))"
    }
}
