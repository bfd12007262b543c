internal import FoundationEssentials
public import Model

/// The public files that tasks have given (`TaskFile`), read out of what they wrote.
public struct GivenFiles: Sendable {
    /// The most bytes of one file.
    public static let limit = 512 << 10

    private var contents: [TaskFile: [UInt8]] = [:]

    public init() {}

    /// Reads all files that a task gives.
    ///
    /// - Parameter output: all that it wrote on its standard output.
    /// - Throws: `taskFailed` where a file is missing, too large or damaged.
    public mutating func take(_ output: [UInt8], of task: PlannedTask) throws(WorkError) {
        for name in task.gives {
            contents[TaskFile(task: task.name, file: name)] = try Self.file(name, in: output, of: task)
        }
    }

    /// - Throws: `badPlan` where no task that has been read gives the file.
    public func content(of file: TaskFile) throws(WorkError) -> [UInt8] {
        guard let content = contents[file] else {
            throw WorkError(.terminal, .badPlan, "no task \(file.task) gives a file \(file.file)")
        }
        return content
    }

    /// The last one of that name: a task that tried twice itself has the last word.
    private static func file(_ name: String, in output: [UInt8], of task: PlannedTask) throws(WorkError) -> [UInt8] {
        var text: [UInt8]?
        var content: [UInt8]?
        for line in output.split(separator: UInt8(ascii: "\n")) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.elementsEqual("-----BEGIN CONTINUO FILE \(name)-----".utf8) {
                text = []
            } else if line.elementsEqual("-----END CONTINUO FILE \(name)-----".utf8) {
                content = text
                text = nil
            } else {
                text? += line
            }
        }
        guard let content else { throw failure(task, "gave no file \(name)") }
        guard let bytes = Data(base64Encoded: Data(content)) else {
            throw failure(task, "gave a file \(name) that is not base64")
        }
        guard bytes.count <= limit else { throw failure(task, "gave a file \(name) of more than \(limit >> 10) KiB") }
        return Array(bytes)
    }

    private static func failure(_ task: PlannedTask, _ what: String) -> WorkError {
        .failed(task, "ended well, but \(what)")
    }
}
