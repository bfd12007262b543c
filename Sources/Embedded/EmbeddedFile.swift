import CEmbedded

/// A file of the repository that is built into the program.
public struct EmbeddedFile: Sendable, Hashable {
    /// Below the repository root, `schemas/ledger/0001.sql` for instance.
    public let path: String
    public let bytes: [UInt8]

    /// The content as text; invalid UTF-8 is replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The last part of the path.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

extension EmbeddedFile {
    /// All of them, in the order of their paths.
    public static let all: [EmbeddedFile] = table.sorted { $0.path < $1.path }

    /// The file at `path` below the repository root.
    public static func named(_ path: String) -> EmbeddedFile? {
        all.first { $0.path == path }
    }

    /// The files in and below `folder`, in the order of their paths.
    public static func below(_ folder: String) -> [EmbeddedFile] {
        all.filter { $0.path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/") }
    }

    private static var table: [EmbeddedFile] {
        UnsafeBufferPointer(start: continuo_embedded_files, count: continuo_embedded_file_count).map(EmbeddedFile.init)
    }

    private init(_ entry: continuo_embedded_file) {
        path = String(String(cString: entry.path).drop { $0 == "." || $0 == "/" })
        bytes = Array(UnsafeBufferPointer(start: entry.bytes, count: entry.count))
    }
}
