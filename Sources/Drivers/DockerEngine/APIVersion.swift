/// A version of Docker's API, `1.41`.
package struct APIVersion: Comparable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    /// What this driver was written for: Docker 20.10 …
    package static let oldest = APIVersion(major: 1, minor: 41)
    /// … to Docker 28.
    package static let newest = APIVersion(major: 1, minor: 51)

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ".").map { Int($0) }
        guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    package var description: String { "\(major).\(minor)" }

    package static func < (left: APIVersion, right: APIVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// The newest version that both sides know; `nil` when there is none.
    package static func agreed(daemonSpeaks oldest: APIVersion, to newest: APIVersion) -> APIVersion? {
        let version = min(newest, .newest)
        return version >= .oldest && version >= oldest ? version : nil
    }
}
