[web]
web1
web2 a=1
