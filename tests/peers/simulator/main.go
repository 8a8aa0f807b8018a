// A vCenter or an ESXi host of another maker: govmomi's simulator behind a certificate of our own.
//
// It prints one line, its URL, when it listens, and ends when its standard input ends or on SIGTERM.
// POST /faults replaces the list of faults it answers with (see faults.go).
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
)

type options struct {
	esx                bool
	listen             string
	certificate, key   string
	user, password     string
	load, apiVersion   string
	delays             delays
	hosts, vms, pools  int
	machines           int
	clusters, folders  int
	portgroups, stores int
	running            bool
}

func parse(arguments []string) (*options, error) {
	o := &options{delays: delays{}, password: os.Getenv("PEER_PASSWORD")}
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.BoolVar(&o.esx, "esx", false, "a stand-alone host instead of a vCenter")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "address and port")
	flags.StringVar(&o.certificate, "certificate", "", "PEM file")
	flags.StringVar(&o.key, "key", "", "PEM file of its key")
	flags.StringVar(&o.user, "user", "user", "the name that may log in with $PEER_PASSWORD")
	flags.StringVar(&o.load, "load", "", "folder of a saved model instead of a generated one")
	flags.StringVar(&o.apiVersion, "api-version", "", "API version it claims to speak")
	flags.Var(o.delays, "delay", "Method=duration, may be repeated; * for every method")
	flags.IntVar(&o.clusters, "clusters", 1, "number of clusters")
	flags.IntVar(&o.hosts, "hosts", 1, "number of hosts outside of clusters")
	flags.IntVar(&o.vms, "vms", 2, "number of machines per pool or host")
	flags.IntVar(&o.machines, "machines", 0, "number of machines to reach by copies that can only be read")
	flags.IntVar(&o.pools, "pools", 0, "number of resource pools per cluster")
	flags.IntVar(&o.folders, "folders", 0, "number of folders")
	flags.IntVar(&o.portgroups, "portgroups", 1, "number of distributed port groups")
	flags.IntVar(&o.stores, "stores", 1, "number of datastores")
	flags.BoolVar(&o.running, "running", true, "machines are powered on")
	return o, flags.Parse(arguments)
}

func (o *options) model() (*simulator.Model, error) {
	model := simulator.VPX()
	if o.esx {
		model = simulator.ESX()
	}
	model.Machine, model.Datastore, model.Autostart = o.vms, o.stores, o.running
	if !o.esx {
		model.Cluster, model.Host, model.Pool = o.clusters, o.hosts, o.pools
		model.Folder, model.Portgroup = o.folders, o.portgroups
	}
	o.delays.apply(&model.DelayConfig)
	if o.load != "" {
		return model, model.Load(o.load)
	}
	if o.apiVersion != "" {
		model.ServiceContent.About.ApiVersion = o.apiVersion
	}
	return model, model.Create()
}

func serve(o *options) error {
	model, err := o.model()
	if err != nil {
		return err
	}
	defer model.Remove()
	pair, err := tls.LoadX509KeyPair(o.certificate, o.key)
	if err != nil {
		return err
	}
	grow(model.Map(), o.machines)
	service := model.Service
	service.Listen = &url.URL{Host: o.listen, User: url.UserPassword(o.user, o.password)}
	service.RegisterEndpoints = true
	service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	service.HandleFunc("/faults", setFaults(service))
	server := service.NewServer()
	defer server.Close()
	fmt.Printf("ready https://%s\n", server.URL.Host)
	waitForEnd()
	return nil
}

// A test process that was killed closes our standard input: no simulator outlives its tests.
func waitForEnd() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end <- syscall.SIGTERM
	}()
	<-end
}

func main() {
	o, err := parse(os.Args[1:])
	if err == nil {
		err = serve(o)
	}
	if err != nil {
		log.Fatal(err)
	}
}
