import Curl
import Drivers
package import Model

/// Half-made volumes. A daemon writes a volume's labels down after it has made the volume (moby 20.10, volume/service/store.go):
/// one that dies in between leaves a volume that is there, empty and in nobody's use, and does not say whose it is. Then its name
/// tells: nobody else gives names like ours. A volume with anything in it stays whatever its name, for it is somebody's data.
extension Daemon {
    /// Creates a volume. When there is one of that name, it stays and is answered, with the labels that it has; only a half-made
    /// one is made anew.
    package func makeVolume(_ name: String, labels: [String: String]) async throws(WorkError) -> VolumeDetails {
        let made = try await createVolume(name, labels: labels)
        guard made.isUnlabelled else { return made }
        try await removeHalfMade([made])
        return try await createVolume(name, labels: labels)
    }

    /// Removes the half-made volumes whose names begin so.
    package func removeHalfMadeVolumes(named prefix: String) async throws(WorkError) {
        try await removeHalfMade(volumes(matching: try Filters(["name": [prefix]]).text).filter { $0.name.hasPrefix(prefix) })
    }

    private func removeHalfMade(_ volumes: [VolumeDetails]) async throws(WorkError) {
        let unlabelled = Set(volumes.filter(\.isUnlabelled).map(\.name))
        guard !unlabelled.isEmpty else { return }
        let unused = try await volumesInUse().filter { unlabelled.contains($0.name) && $0.isEmptyAndUnused }
        try await remove(unused.map { ObjectReference(kind: .volume, id: $0.name) }, patience: .seconds(1))
    }

    /// How much is in each volume, and who uses it. The daemon counts the bytes, and one such count at a time.
    private func volumesInUse() async throws(WorkError) -> [MeasuredVolume] {
        var measured: [MeasuredVolume] = []
        try await settle(within: .seconds(10)) { (isLast) throws(WorkError) in
            let timeouts = Timeouts(connect: .seconds(5), total: .seconds(60), idle: nil)
            let answer = try await call("GET", "/system/df", timeouts: timeouts)
            guard answer.succeeded || isLast else { return false }
            measured = try answer.decode(DiskUsage.self, "measuring volumes").volumes ?? []
            return true
        }
        return measured
    }
}

/// What `GET /system/df` says of volumes.
private struct DiskUsage: Decodable {
    var volumes: [MeasuredVolume]?

    enum CodingKeys: String, CodingKey { case volumes = "Volumes" }
}

private struct MeasuredVolume: Decodable {
    var name: String
    var usage: Usage?

    var isEmptyAndUnused: Bool { usage?.size == 0 && usage?.users == 0 }

    struct Usage: Decodable {
        /// Bytes; -1 where the daemon can't tell.
        var size: Int
        /// Containers; -1 where the daemon can't tell.
        var users: Int

        enum CodingKeys: String, CodingKey {
            case size = "Size"
            case users = "RefCount"
        }
    }

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case usage = "UsageData"
    }
}

extension VolumeDetails {
    fileprivate var isUnlabelled: Bool { labels?.isEmpty ?? true }
}
