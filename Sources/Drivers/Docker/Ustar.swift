import Model

/// Writes archives in the ustar format (POSIX.1-1988): regular files alone, which is all that a plan has.
enum Ustar {
    struct File {
        /// Absolute, or relative to where the archive is unpacked.
        var path: String
        var content: [UInt8]
        var mode: Int
        var owner: Int
        var group: Int
    }

    /// Folders that are missing are made when it is unpacked; those that exist keep their permissions.
    static func archive(_ files: [File]) throws(WorkError) -> [UInt8] {
        var bytes: [UInt8] = []
        for file in files {
            bytes += try header(of: file)
            bytes += file.content
            bytes += [UInt8](repeating: 0, count: (512 - file.content.count % 512) % 512)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }

    private static func header(of file: File) throws(WorkError) -> [UInt8] {
        let (prefix, name) = try split(file.path)
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put(octal(file.mode, digits: 7), at: 100)
        put(octal(file.owner, digits: 7), at: 108)
        put(octal(file.group, digits: 7), at: 116)
        put(octal(file.content.count, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(prefix, at: 345)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        return header
    }

    /// A path in two: at most 155 bytes, a slash, at most 100 bytes.
    private static func split(_ path: String) throws(WorkError) -> (prefix: String, name: String) {
        let path = String(path.drop { $0 == "/" })
        if path.utf8.count <= 100 { return ("", path) }
        for slash in path.indices where path[slash] == "/" {
            let name = path[path.index(after: slash)...]
            if name.utf8.count <= 100, path[..<slash].utf8.count <= 155 { return (String(path[..<slash]), String(name)) }
        }
        throw WorkError(.terminal, .badPlan, "the file path \(path) is too long")
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
