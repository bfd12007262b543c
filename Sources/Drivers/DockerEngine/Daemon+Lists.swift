import Curl
import Drivers
package import Model

extension Daemon {
    package func info() async throws(WorkError) -> DaemonInfo {
        try await call("GET", "/info").decode(DaemonInfo.self, "asking for its resources")
    }

    /// `nil` when the daemon does not have it.
    package func image(_ name: String) async throws(WorkError) -> ImageDetails? {
        let answer = try await call("GET", Request.path("images", name, "json"))
        return answer.status == 404 ? nil : try answer.decode(ImageDetails.self, "looking for the image \(name)")
    }

    /// Ours, running or not; of one chain if it is given.
    package func containers(of chain: ChainID? = nil) async throws(WorkError) -> [ContainerSummary] {
        let path = Request.path("containers", "json", query: [("all", "1"), ("filters", try ourFilter(chain))])
        return try await call("GET", path).decode([ContainerSummary].self, "listing containers")
    }

    package func networks(of chain: ChainID? = nil) async throws(WorkError) -> [NetworkDetails] {
        let path = Request.path("networks", query: [("filters", try ourFilter(chain))])
        return try await call("GET", path).decode([NetworkDetails].self, "listing networks")
    }

    package func volumes(of chain: ChainID? = nil) async throws(WorkError) -> [VolumeDetails] {
        try await volumes(matching: try ourFilter(chain))
    }

    func volumes(matching filters: String) async throws(WorkError) -> [VolumeDetails] {
        struct List: Decodable {
            var volumes: [VolumeDetails]?
            enum CodingKeys: String, CodingKey { case volumes = "Volumes" }
        }
        let path = Request.path("volumes", query: [("filters", filters)])
        return try await call("GET", path).decode(List.self, "listing volumes").volumes ?? []
    }

    package func volume(_ name: String) async throws(WorkError) -> VolumeDetails? {
        let answer = try await call("GET", Request.path("volumes", name))
        return answer.status == 404 ? nil : try answer.decode(VolumeDetails.self, "reading a volume")
    }

    package func network(_ name: String) async throws(WorkError) -> NetworkDetails? {
        let answer = try await call("GET", Request.path("networks", name))
        return answer.status == 404 ? nil : try answer.decode(NetworkDetails.self, "reading a network")
    }

    /// By id or name; `nil` when it is not there.
    package func container(_ id: String) async throws(WorkError) -> ContainerDetails? {
        let answer = try await call("GET", Request.path("containers", id, "json"))
        return answer.status == 404 ? nil : try answer.decode(ContainerDetails.self, "reading a container")
    }

    /// The daemon itself leaves out what is not labelled as ours.
    package func ourFilter(_ chain: ChainID?) throws(WorkError) -> String {
        var labels = ["\(ObjectLabels.Name.installation)=\(installation)"]
        if let chain { labels.append("\(ObjectLabels.Name.chain)=\(chain)") }
        return try Filters(["label": labels]).text
    }
}

/// A `filters` parameter: for each key the values of which one must match (for labels: all).
package struct Filters {
    package let text: String

    package init(_ filters: [String: [String]]) throws(WorkError) {
        text = String(decoding: try DockerJSON.encode(filters), as: UTF8.self)
    }
}
