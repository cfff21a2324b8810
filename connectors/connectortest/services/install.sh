#!/bin/sh
# Puts the servers that tests run against on this machine: MariaDB from Debian's packages, and Apache Kafka with its
# libraries into .services/kafka at the repository root, by Maven coordinates. Called by `make services`; does nothing when
# all is there. What cannot be had is said in one line and is no error: the tests say what they had to leave out.
set -eu

kafka='3.9.1' # runs on Java 17
logger='1.7.36'

root=$(cd "$(dirname "$0")/../../.." && pwd)
place="$root/.services"

has() {
	command -v "$1" >/dev/null 2>&1
}

database() {
	if has mariadbd && has mariadb-install-db; then
		echo "services: mariadbd is there already"
		return 0
	fi
	if ! has apt-get; then
		echo "services: mariadbd is missing and apt-get too: install MariaDB 10.11 or later so that mariadbd and mariadb-install-db are in PATH"
		return 0
	fi
	if [ "$(id -u)" != 0 ]; then
		echo "services: mariadbd is missing: type 'sudo apt-get install mariadb-server' (or run 'make services' as root)"
		return 0
	fi
	export DEBIAN_FRONTEND=noninteractive
	if { apt-get update && apt-get install -y --no-install-recommends mariadb-server; } >/dev/null 2>&1; then
		echo "services: mariadbd is installed now"
	else
		echo "services: apt-get cannot install mariadb-server: type 'apt-get install mariadb-server' to see why"
	fi
}

broker() {
	if [ -s "$place/kafka/kafka_2.13-$kafka.jar" ]; then
		echo "services: Kafka $kafka is in .services/kafka already"
		return 0
	fi
	for program in java mvn; do
		if ! has "$program"; then
			echo "services: $program is missing, so Kafka is not fetched: type 'apt-get install openjdk-17-jre-headless maven' and run 'make services' again; until then tests use a broker in process that is not Kafka"
			return 0
		fi
	done

	# Everything is made ready beside its place and moved there last, so that a broken download leaves nothing behind.
	mkdir -p "$place"
	work=$(mktemp -d "$place/fetch.XXXXXX")
	trap 'rm -rf "$work"' EXIT INT TERM
	cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>tradewire</groupId>
	<artifactId>services</artifactId>
	<version>1</version>
	<packaging>pom</packaging>
	<dependencies>
		<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$kafka</version></dependency>
		<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>$logger</version></dependency>
	</dependencies>
</project>
POM
	if ! mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$work/kafka" >"$work/said" 2>&1 ||
		[ ! -s "$work/kafka/kafka_2.13-$kafka.jar" ]; then
		echo "services: mvn cannot fetch org.apache.kafka:kafka_2.13:$kafka: check the network and Maven's settings, then run 'make services' again; until then tests use a broker in process that is not Kafka"
		sed -n 1,5p "$work/said"
		return 0
	fi
	rm -rf "$place/kafka"
	mv "$work/kafka" "$place/kafka"
	echo "services: Kafka $kafka is in .services/kafka now"
}

database
broker
