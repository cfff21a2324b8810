-- An old ERP in English that writes its names in one word: names, types and keys only, and a few rows of our own. Customers are
-- debtors with branches, invoices and receipts share one table, there are no shipments, and a row of systypes counts.
CREATE TABLE currencies (currabrev VARCHAR(3) PRIMARY KEY, currency VARCHAR(20) NOT NULL DEFAULT '', country VARCHAR(50) NOT NULL DEFAULT '', rate DOUBLE NOT NULL DEFAULT 1);
CREATE TABLE holdreasons (reasoncode SMALLINT PRIMARY KEY, reasondescription VARCHAR(30) NOT NULL DEFAULT '', dissallowinvoices SMALLINT NOT NULL DEFAULT -1);
CREATE TABLE paymentterms (termsindicator VARCHAR(2) PRIMARY KEY, terms VARCHAR(40) NOT NULL DEFAULT '', daysbeforedue SMALLINT NOT NULL DEFAULT 0, dayinfollowingmonth SMALLINT NOT NULL DEFAULT 0);
CREATE TABLE systypes (typeid SMALLINT PRIMARY KEY, typename VARCHAR(50) NOT NULL DEFAULT '', typeno INTEGER NOT NULL DEFAULT 1);
CREATE TABLE locations (loccode VARCHAR(5) PRIMARY KEY, locationname VARCHAR(50) NOT NULL DEFAULT '');
CREATE TABLE shippers (shipper_id INTEGER PRIMARY KEY AUTOINCREMENT, shippername VARCHAR(40) NOT NULL DEFAULT '', mincharge DOUBLE NOT NULL DEFAULT 0);
CREATE TABLE debtorsmaster (debtorno VARCHAR(10) PRIMARY KEY, name VARCHAR(40) NOT NULL DEFAULT '', address1 VARCHAR(40) NOT NULL DEFAULT '', address2 VARCHAR(40) NOT NULL DEFAULT '', address3 VARCHAR(40) NOT NULL DEFAULT '',
  currcode VARCHAR(3) NOT NULL DEFAULT '' REFERENCES currencies (currabrev), salestype VARCHAR(2) NOT NULL DEFAULT '', holdreason SMALLINT NOT NULL DEFAULT 0 REFERENCES holdreasons (reasoncode),
  paymentterms VARCHAR(2) NOT NULL DEFAULT 'f' REFERENCES paymentterms (termsindicator), discount DOUBLE NOT NULL DEFAULT 0, creditlimit DOUBLE NOT NULL DEFAULT 1000, typeid SMALLINT NOT NULL DEFAULT 1);
CREATE TABLE custbranch (branchcode VARCHAR(10) NOT NULL, debtorno VARCHAR(10) NOT NULL REFERENCES debtorsmaster (debtorno), brname VARCHAR(40) NOT NULL DEFAULT '', braddress1 VARCHAR(40) NOT NULL DEFAULT '',
  area VARCHAR(3) NOT NULL, phoneno VARCHAR(20) NOT NULL DEFAULT '', contactname VARCHAR(30) NOT NULL DEFAULT '', email VARCHAR(55) NOT NULL DEFAULT '', specialinstructions VARCHAR(2000) NOT NULL,
  PRIMARY KEY (branchcode, debtorno));
CREATE TABLE salesorders (orderno INTEGER NOT NULL PRIMARY KEY, debtorno VARCHAR(10) NOT NULL DEFAULT '', branchcode VARCHAR(10) NOT NULL DEFAULT '', customerref VARCHAR(50) NOT NULL DEFAULT '', comments VARCHAR(2000),
  orddate DATE NOT NULL DEFAULT '2000-01-01', ordertype VARCHAR(2) NOT NULL DEFAULT '', shipvia INTEGER NOT NULL DEFAULT 0, deladd1 VARCHAR(40) NOT NULL DEFAULT '', deladd2 VARCHAR(40) NOT NULL DEFAULT '',
  fromstkloc VARCHAR(5) NOT NULL DEFAULT '' REFERENCES locations (loccode), deliverydate DATE NOT NULL DEFAULT '2000-01-01', confirmeddate DATE NOT NULL DEFAULT '2000-01-01', printedpackingslip SMALLINT NOT NULL DEFAULT 0,
  quotation SMALLINT NOT NULL DEFAULT 0, poplaced SMALLINT NOT NULL DEFAULT 0, salesperson VARCHAR(4) NOT NULL, FOREIGN KEY (branchcode, debtorno) REFERENCES custbranch (branchcode, debtorno));
CREATE TABLE stockmaster (stockid VARCHAR(20) PRIMARY KEY, categoryid VARCHAR(6) NOT NULL DEFAULT '', description VARCHAR(50) NOT NULL DEFAULT '', longdescription VARCHAR(2000) NOT NULL, units VARCHAR(20) NOT NULL DEFAULT 'each',
  materialcost DECIMAL(20,4) NOT NULL DEFAULT 0, discontinued SMALLINT NOT NULL DEFAULT 0, grossweight DECIMAL(20,4) NOT NULL DEFAULT 0, netweight DECIMAL(20,4) NOT NULL DEFAULT 0);
CREATE TABLE salesorderdetails (orderlineno INTEGER NOT NULL DEFAULT 0, orderno INTEGER NOT NULL DEFAULT 0 REFERENCES salesorders (orderno), stkcode VARCHAR(20) NOT NULL DEFAULT '' REFERENCES stockmaster (stockid),
  qtyinvoiced DOUBLE NOT NULL DEFAULT 0, unitprice DOUBLE NOT NULL DEFAULT 0, quantity DOUBLE NOT NULL DEFAULT 0, discountpercent DOUBLE NOT NULL DEFAULT 0, actualdispatchdate DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00',
  completed SMALLINT NOT NULL DEFAULT 0, narrative VARCHAR(2000), itemdue DATE, poline VARCHAR(10), PRIMARY KEY (orderlineno, orderno));
CREATE TABLE debtortrans (id INTEGER PRIMARY KEY AUTOINCREMENT, transno INTEGER NOT NULL DEFAULT 0, type SMALLINT NOT NULL DEFAULT 0 REFERENCES systypes (typeid), debtorno VARCHAR(10) NOT NULL DEFAULT '', branchcode VARCHAR(10) NOT NULL DEFAULT '',
  trandate DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00', inputdate DATETIME NOT NULL, settled SMALLINT NOT NULL DEFAULT 0, reference VARCHAR(20) NOT NULL DEFAULT '', order_ INTEGER NOT NULL DEFAULT 0, rate DOUBLE NOT NULL DEFAULT 0,
  ovamount DOUBLE NOT NULL DEFAULT 0, ovgst DOUBLE NOT NULL DEFAULT 0, ovfreight DOUBLE NOT NULL DEFAULT 0, ovdiscount DOUBLE NOT NULL DEFAULT 0, alloc DOUBLE NOT NULL DEFAULT 0, invtext VARCHAR(2000), shipvia INTEGER NOT NULL DEFAULT 0,
  consignment VARCHAR(20) NOT NULL DEFAULT '', packages INTEGER NOT NULL DEFAULT 1);
CREATE TABLE stockmoves (stkmoveno INTEGER PRIMARY KEY AUTOINCREMENT, stockid VARCHAR(20) NOT NULL DEFAULT '' REFERENCES stockmaster (stockid), type SMALLINT NOT NULL DEFAULT 0, transno INTEGER NOT NULL DEFAULT 0, loccode VARCHAR(5) NOT NULL DEFAULT '',
  trandate DATE NOT NULL DEFAULT '2000-01-01', userid VARCHAR(20) NOT NULL, debtorno VARCHAR(10) NOT NULL DEFAULT '', price DECIMAL(21,5) NOT NULL DEFAULT 0, qty DOUBLE NOT NULL DEFAULT 1);
CREATE TABLE locstock (loccode VARCHAR(5) NOT NULL, stockid VARCHAR(20) NOT NULL REFERENCES stockmaster (stockid), quantity DOUBLE NOT NULL DEFAULT 0, PRIMARY KEY (loccode, stockid));
CREATE TABLE prices (stockid VARCHAR(20) NOT NULL REFERENCES stockmaster (stockid), typeabbrev VARCHAR(2) NOT NULL, currabrev VARCHAR(3) NOT NULL, debtorno VARCHAR(10) NOT NULL DEFAULT '', price DECIMAL(20,4) NOT NULL DEFAULT 0, PRIMARY KEY (stockid, typeabbrev, currabrev, debtorno));
CREATE TABLE suppliers (supplierid VARCHAR(10) PRIMARY KEY, suppname VARCHAR(40) NOT NULL DEFAULT '', address1 VARCHAR(40) NOT NULL DEFAULT '', currcode VARCHAR(3) NOT NULL DEFAULT '', paymentterms VARCHAR(2) NOT NULL DEFAULT '');
CREATE TABLE purchorders (orderno INTEGER PRIMARY KEY AUTOINCREMENT, supplierno VARCHAR(10) NOT NULL DEFAULT '' REFERENCES suppliers (supplierid), orddate DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00', deliverydate DATE NOT NULL DEFAULT '2000-01-01', status VARCHAR(12) NOT NULL DEFAULT '');
CREATE TABLE purchorderdetails (podetailitem INTEGER PRIMARY KEY AUTOINCREMENT, orderno INTEGER NOT NULL DEFAULT 0 REFERENCES purchorders (orderno), itemcode VARCHAR(20) NOT NULL DEFAULT '', quantityord DOUBLE NOT NULL DEFAULT 0, unitprice DOUBLE NOT NULL DEFAULT 0);
CREATE TABLE supptrans (id INTEGER PRIMARY KEY AUTOINCREMENT, transno INTEGER NOT NULL DEFAULT 0, supplierno VARCHAR(10) NOT NULL DEFAULT '' REFERENCES suppliers (supplierid), duedate DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00', ovamount DOUBLE NOT NULL DEFAULT 0, alloc DOUBLE NOT NULL DEFAULT 0);
CREATE TABLE audittrail (transactiondate DATETIME NOT NULL DEFAULT '2000-01-01 00:00:00', userid VARCHAR(20) NOT NULL DEFAULT '', querystring VARCHAR(2000));
INSERT INTO currencies (currabrev, currency, rate) VALUES ('USD', 'US Dollars', 1);
INSERT INTO holdreasons VALUES (0, 'good', 0), (1, 'on stop', 1);
INSERT INTO paymentterms (termsindicator, terms) VALUES ('30', 'net 30 days');
INSERT INTO locations VALUES ('MEL', 'Melbourne');
INSERT INTO systypes VALUES (10, 'invoice', 2), (30, 'order', 7);
INSERT INTO debtorsmaster (debtorno, name, currcode, paymentterms) VALUES ('ANGRY', 'Routledge & Co', 'USD', '30');
INSERT INTO custbranch (branchcode, debtorno, brname, area, specialinstructions) VALUES ('ANGRY', 'ANGRY', 'Routledge & Co', 'TR', '');
INSERT INTO stockmaster (stockid, description, longdescription) VALUES ('DVD-A', 'a film', 'a film');
INSERT INTO salesorders (orderno, debtorno, branchcode, orddate, fromstkloc, salesperson) VALUES (7, 'ANGRY', 'ANGRY', '2026-03-02', 'MEL', 'ERI');
INSERT INTO salesorderdetails (orderlineno, orderno, stkcode, unitprice, quantity) VALUES (0, 7, 'DVD-A', 12.5, 3);
