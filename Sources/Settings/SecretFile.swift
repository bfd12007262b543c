import Glibc

/// A file that holds a secret: its owner's alone (mode 0600), and never overwritten.
public enum SecretFile {
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        case exists
        case open
        case unreadable(String)

        public var description: String {
            switch self {
            case .exists: "the file exists already; remove it or choose another name"
            case .open: "others may read the file; set its mode to 0600"
            case .unreadable(let reason): reason
            }
        }
    }

    private static let limit = 64 << 10

    /// Makes the file and writes all of it to the disk.
    public static func create(_ path: String, _ bytes: [UInt8]) throws(Failure) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw errno == EEXIST ? .exists : .unreadable(reason()) }
        defer { close(file) }
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            let failure = Failure.unreadable(reason())
            unlink(path)
            throw failure
        }
    }

    public static func remove(_ path: String) {
        unlink(path)
    }

    /// - Parameter isSecret: without it others may read the file too.
    public static func read(_ path: String, isSecret: Bool = true) throws(Failure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .unreadable(reason()) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreadable(reason()) }
        guard !isSecret || status.st_mode & 0o077 == 0 else { throw .open }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(file, &bytes, limit)
        guard count >= 0 else { throw .unreadable(reason()) }
        return Array(bytes[..<count])
    }

    private static func reason() -> String {
        String(cString: strerror(errno))
    }
}
