/// A zip archive (PKWARE's APPNOTE, 6.3): its entries are stored as they are, because what is put into one here is small.
struct ZipArchive {
    struct Entry: Sendable {
        /// With `/` between folders.
        var name: String
        var content: [UInt8]
        /// Permission bits, for who unpacks it on a system that has them.
        var mode = 0o600
    }

    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    /// - Parameter entries: fewer than 65,535, and less than 4 GiB of them: the format's older limits.
    static func bytes(_ entries: [Entry]) -> [UInt8] {
        var archive = ZipArchive()
        for entry in entries { archive.append(entry) }
        return archive.closed()
    }

    private mutating func append(_ entry: Entry) {
        let offset = bytes.count
        let header = Self.header(of: entry)
        let name = Array(entry.name.utf8)
        bytes += [0x50, 0x4B, 0x03, 0x04] + header + name + entry.content
        directory += [0x50, 0x4B, 0x01, 0x02] + Self.madeByUnix + header
        // Neither comment nor disk number nor internal attributes; the mode is that of a regular file.
        directory += Array(repeating: 0, count: 6) + word((0o100000 | entry.mode) << 16, 4) + word(offset, 4) + name
        count += 1
    }

    private func closed() -> [UInt8] {
        let end = word(0, 2) + word(0, 2) + word(count, 2) + word(count, 2) + word(directory.count, 4) + word(bytes.count, 4)
        return bytes + directory + [0x50, 0x4B, 0x05, 0x06] + end + word(0, 2)
    }

    private static let madeByUnix: [UInt8] = [0x1E, 0x03]

    /// What the local header and the directory say alike. The time is 1 January 1980, the first that the format knows: equal
    /// contents give equal archives.
    private static func header(of entry: Entry) -> [UInt8] {
        let (utf8Names, stored) = (1 << 11, 0)
        let size = word(entry.content.count, 4)
        return word(20, 2) + word(utf8Names, 2) + word(stored, 2) + word(0, 2) + word(0x21, 2)
            + word(Int(CRC32.checksum(entry.content)), 4) + size + size + word(entry.name.utf8.count, 2) + word(0, 2)
    }
}

/// A little-endian number.
private func word(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// The checksum of zip files and Ethernet (ISO 3309).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
}
