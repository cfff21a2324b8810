-- The tables of webERP that config/examples/weberp reads and writes, as a test needs them: their names, columns, types and keys, with
-- rows of our own making. They say nothing of what else webERP keeps.
SET SESSION sql_mode = '';
CREATE TABLE systypes (typeid SMALLINT NOT NULL DEFAULT 0 PRIMARY KEY, typename CHAR(50) NOT NULL DEFAULT '', typeno INT NOT NULL DEFAULT 1) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE currencies (currency CHAR(20) NOT NULL DEFAULT '', currabrev CHAR(3) NOT NULL DEFAULT '' PRIMARY KEY, decimalplaces TINYINT NOT NULL DEFAULT 2, rate DOUBLE NOT NULL DEFAULT 1) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE paymentterms (termsindicator CHAR(2) NOT NULL DEFAULT '' PRIMARY KEY, terms CHAR(40) NOT NULL DEFAULT '', daysbeforedue SMALLINT NOT NULL DEFAULT 0, dayinfollowingmonth SMALLINT NOT NULL DEFAULT 0) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE holdreasons (reasoncode SMALLINT NOT NULL DEFAULT 1 PRIMARY KEY, reasondescription CHAR(30) NOT NULL DEFAULT '', dissallowinvoices TINYINT NOT NULL DEFAULT -1) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE shippers (shipper_id INT AUTO_INCREMENT PRIMARY KEY, shippername CHAR(40) NOT NULL DEFAULT '', mincharge DOUBLE NOT NULL DEFAULT 0) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE locations (loccode VARCHAR(5) NOT NULL DEFAULT '' PRIMARY KEY, locationname VARCHAR(50) NOT NULL DEFAULT '') ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE debtorsmaster (
  debtorno VARCHAR(10) NOT NULL DEFAULT '' PRIMARY KEY, name VARCHAR(40) NOT NULL DEFAULT '', address1 VARCHAR(40) NOT NULL DEFAULT '', address2 VARCHAR(40) NOT NULL DEFAULT '',
  address3 VARCHAR(40) NOT NULL DEFAULT '', address4 VARCHAR(50) NOT NULL DEFAULT '', address5 VARCHAR(20) NOT NULL DEFAULT '', address6 VARCHAR(40) NOT NULL DEFAULT '',
  currcode CHAR(3) NOT NULL DEFAULT '', salestype CHAR(2) NOT NULL DEFAULT '', clientsince DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', holdreason SMALLINT NOT NULL DEFAULT 0,
  paymentterms CHAR(2) NOT NULL DEFAULT 'f', discount DOUBLE NOT NULL DEFAULT 0, creditlimit DOUBLE NOT NULL DEFAULT 1000, typeid TINYINT NOT NULL DEFAULT 1,
  KEY Currency (currcode), KEY HoldReason (holdreason), FOREIGN KEY (currcode) REFERENCES currencies (currabrev), FOREIGN KEY (holdreason) REFERENCES holdreasons (reasoncode),
  FOREIGN KEY (paymentterms) REFERENCES paymentterms (termsindicator)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE custbranch (
  branchcode VARCHAR(10) NOT NULL DEFAULT '', debtorno VARCHAR(10) NOT NULL DEFAULT '', brname VARCHAR(40) NOT NULL DEFAULT '', braddress1 VARCHAR(40) NOT NULL DEFAULT '',
  braddress2 VARCHAR(40) NOT NULL DEFAULT '', braddress3 VARCHAR(40) NOT NULL DEFAULT '', braddress4 VARCHAR(50) NOT NULL DEFAULT '', braddress5 VARCHAR(20) NOT NULL DEFAULT '',
  braddress6 VARCHAR(40) NOT NULL DEFAULT '', area CHAR(3) NOT NULL, salesman VARCHAR(4) NOT NULL DEFAULT '', phoneno VARCHAR(20) NOT NULL DEFAULT '', contactname VARCHAR(30) NOT NULL DEFAULT '',
  email VARCHAR(55) NOT NULL DEFAULT '', defaultlocation VARCHAR(5) NOT NULL DEFAULT '', defaultshipvia INT NOT NULL DEFAULT 1, deliverblind TINYINT DEFAULT 1, disabletrans TINYINT NOT NULL DEFAULT 0,
  specialinstructions TEXT NOT NULL, PRIMARY KEY (branchcode, debtorno), KEY DebtorNo (debtorno), FOREIGN KEY (debtorno) REFERENCES debtorsmaster (debtorno)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE stockmaster (
  stockid VARCHAR(20) NOT NULL DEFAULT '' PRIMARY KEY, categoryid VARCHAR(6) NOT NULL DEFAULT '', description VARCHAR(50) NOT NULL DEFAULT '', longdescription TEXT NOT NULL,
  units VARCHAR(20) NOT NULL DEFAULT 'each', mbflag CHAR(1) NOT NULL DEFAULT 'B', lastcurcostdate DATE NOT NULL DEFAULT '1800-01-01', discontinued TINYINT NOT NULL DEFAULT 0,
  volume DECIMAL(20,4) NOT NULL DEFAULT 0, grossweight DECIMAL(20,4) NOT NULL DEFAULT 0, netweight DECIMAL(20,4) NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE stockcatproperties (stkcatpropid INT AUTO_INCREMENT PRIMARY KEY, categoryid CHAR(6) NOT NULL, label TEXT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE stockitemproperties (stockid VARCHAR(20) NOT NULL, stkcatpropid INT NOT NULL, value VARCHAR(50) NOT NULL, PRIMARY KEY (stockid, stkcatpropid), KEY stkcatpropid (stkcatpropid)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE salesorders (
  orderno INT NOT NULL PRIMARY KEY, debtorno VARCHAR(10) NOT NULL DEFAULT '', branchcode VARCHAR(10) NOT NULL DEFAULT '', customerref VARCHAR(50) NOT NULL DEFAULT '', buyername VARCHAR(50),
  comments LONGBLOB, orddate DATE NOT NULL DEFAULT '0000-00-00', ordertype CHAR(2) NOT NULL DEFAULT '', shipvia INT NOT NULL DEFAULT 0, deladd1 VARCHAR(40) NOT NULL DEFAULT '',
  deladd2 VARCHAR(40) NOT NULL DEFAULT '', deladd3 VARCHAR(40) NOT NULL DEFAULT '', deladd4 VARCHAR(40) DEFAULT NULL, deladd5 VARCHAR(20) NOT NULL DEFAULT '', deladd6 VARCHAR(15) NOT NULL DEFAULT '',
  contactphone VARCHAR(25), contactemail VARCHAR(40), deliverto VARCHAR(40) NOT NULL DEFAULT '', deliverblind TINYINT(1) DEFAULT 1, freightcost DOUBLE NOT NULL DEFAULT 0,
  fromstkloc VARCHAR(5) NOT NULL DEFAULT '', deliverydate DATE NOT NULL DEFAULT '0000-00-00', confirmeddate DATE NOT NULL DEFAULT '0000-00-00', printedpackingslip TINYINT NOT NULL DEFAULT 0,
  datepackingslipprinted DATE NOT NULL DEFAULT '0000-00-00', quotation TINYINT NOT NULL DEFAULT 0, quotedate DATE NOT NULL DEFAULT '0000-00-00', poplaced TINYINT NOT NULL DEFAULT 0,
  salesperson VARCHAR(4) NOT NULL, internalcomment BLOB, KEY DebtorNo (debtorno), KEY OrdDate (orddate), KEY BranchCode (branchcode, debtorno), KEY quotation (quotation),
  FOREIGN KEY (branchcode, debtorno) REFERENCES custbranch (branchcode, debtorno), FOREIGN KEY (shipvia) REFERENCES shippers (shipper_id), FOREIGN KEY (fromstkloc) REFERENCES locations (loccode)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE salesorderdetails (
  orderlineno INT NOT NULL DEFAULT 0, orderno INT NOT NULL DEFAULT 0, stkcode VARCHAR(20) NOT NULL DEFAULT '', qtyinvoiced DOUBLE NOT NULL DEFAULT 0, unitprice DOUBLE NOT NULL DEFAULT 0,
  quantity DOUBLE NOT NULL DEFAULT 0, estimate TINYINT NOT NULL DEFAULT 0, discountpercent DOUBLE NOT NULL DEFAULT 0, actualdispatchdate DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
  completed TINYINT(1) NOT NULL DEFAULT 0, narrative TEXT, itemdue DATE, poline VARCHAR(10), PRIMARY KEY (orderlineno, orderno), KEY OrderNo (orderno), KEY StkCode (stkcode), KEY Completed (completed),
  FOREIGN KEY (orderno) REFERENCES salesorders (orderno), FOREIGN KEY (stkcode) REFERENCES stockmaster (stockid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE debtortrans (
  id INT AUTO_INCREMENT PRIMARY KEY, transno INT NOT NULL DEFAULT 0, type SMALLINT NOT NULL DEFAULT 0, debtorno VARCHAR(10) NOT NULL DEFAULT '', branchcode VARCHAR(10) NOT NULL DEFAULT '',
  trandate DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', inputdate DATETIME NOT NULL, prd SMALLINT NOT NULL DEFAULT 0, settled TINYINT NOT NULL DEFAULT 0, reference VARCHAR(20) NOT NULL DEFAULT '',
  tpe CHAR(2) NOT NULL DEFAULT '', order_ INT NOT NULL DEFAULT 0, rate DOUBLE NOT NULL DEFAULT 0, ovamount DOUBLE NOT NULL DEFAULT 0, ovgst DOUBLE NOT NULL DEFAULT 0, ovfreight DOUBLE NOT NULL DEFAULT 0,
  ovdiscount DOUBLE NOT NULL DEFAULT 0, diffonexch DOUBLE NOT NULL DEFAULT 0, alloc DOUBLE NOT NULL DEFAULT 0, invtext TEXT, shipvia INT NOT NULL DEFAULT 0, consignment VARCHAR(20) NOT NULL DEFAULT '',
  packages INT NOT NULL DEFAULT 1, KEY DebtorNo (debtorno, branchcode), KEY Order_ (order_), KEY TransNo (transno), KEY Type (type), KEY Settled (settled),
  FOREIGN KEY (debtorno) REFERENCES debtorsmaster (debtorno), FOREIGN KEY (type) REFERENCES systypes (typeid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE stockmoves (
  stkmoveno INT AUTO_INCREMENT PRIMARY KEY, stockid VARCHAR(20) NOT NULL DEFAULT '', type SMALLINT NOT NULL DEFAULT 0, transno INT NOT NULL DEFAULT 0, loccode VARCHAR(5) NOT NULL DEFAULT '',
  trandate DATE NOT NULL DEFAULT '0000-00-00', userid VARCHAR(20) NOT NULL, debtorno VARCHAR(10) NOT NULL DEFAULT '', branchcode VARCHAR(10) NOT NULL DEFAULT '', price DECIMAL(21,5) NOT NULL DEFAULT 0,
  prd SMALLINT NOT NULL DEFAULT 0, reference VARCHAR(100) NOT NULL DEFAULT '', qty DOUBLE NOT NULL DEFAULT 1, discountpercent DOUBLE NOT NULL DEFAULT 0, standardcost DOUBLE NOT NULL DEFAULT 0,
  narrative TEXT, KEY StockID (stockid), KEY TransNo (transno), KEY Type (type), FOREIGN KEY (stockid) REFERENCES stockmaster (stockid), FOREIGN KEY (type) REFERENCES systypes (typeid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE custallocns (id INT AUTO_INCREMENT PRIMARY KEY, amt DECIMAL(20,4) NOT NULL DEFAULT 0, datealloc DATE NOT NULL DEFAULT '0000-00-00', transid_allocfrom INT NOT NULL DEFAULT 0, transid_allocto INT NOT NULL DEFAULT 0) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
INSERT INTO systypes VALUES (10, 'Sales Invoice', 6), (11, 'Credit Note', 2), (12, 'Receipt', 4), (17, 'Stock Adjustment', 1), (30, 'Sales Order', 41);
INSERT INTO currencies VALUES ('Hong Kong Dollars', 'HKD', 2, 1), ('US Dollars', 'USD', 2, 0.1282), ('Yuan', 'CNY', 2, 0);
INSERT INTO paymentterms VALUES ('CA', 'Cash only', 1, 0), ('30', '30 days', 30, 0), ('20', '20th of the following month', 0, 20);
INSERT INTO holdreasons VALUES (0, 'Good', 0), (7, 'In liquidation', 1), (8, 'Slow of late', 2);
INSERT INTO shippers (shipper_id, shippername) VALUES (1, 'By hand'), (2, 'Sea &amp; Rail Forwarding');
INSERT INTO locations VALUES ('KTN', 'Kwun Tong'), ('DGN', 'Dongguan');
INSERT INTO debtorsmaster (debtorno, name, address1, currcode, salestype, holdreason, paymentterms, creditlimit, typeid) VALUES
  ('NORD', 'Nordlicht &amp; Co GmbH', 'Hafenstr. 4', 'HKD', 'WS', 0, '20', 5000.1, 2),
  ('LEE', '东莞示例电器厂', '示例道 1 号', 'CNY', 'RE', 8, '30', 2000, 2),
  ('OLDS', 'Olds & Sons', '1 Quay', 'HKD', 'WS', 7, 'CA', 1000, 3);
INSERT INTO custbranch (branchcode, debtorno, brname, braddress1, braddress3, braddress5, braddress6, area, salesman, phoneno, contactname, email, defaultlocation, defaultshipvia, disabletrans, specialinstructions) VALUES
  ('ALT', 'NORD', 'Closed branch', 'Alte Str. 1', 'Kiel', '', 'Germany', 'BAL', 'OLD', '', '', '', 'DGN', 1, 1, ''),
  ('HAM', 'NORD', 'Nordlicht Hamburg', 'Hafenstr. 4', 'Hamburg', '20457', 'Germany', 'NSE', 'KIM', '+49 40 555', 'Frau Adler', 'einkauf@nordlicht.example', 'KTN', 2, 0, 'No wood &amp; no straw'),
  ('MUC', 'NORD', 'Nordlicht München', 'Am Ring 9', 'München', '80331', 'Germany', 'NSE', 'KIM', '', '', '', 'KTN', 2, 0, ''),
  ('LEE', 'LEE', '东莞示例电器厂', '示例道 1 号', '东莞', '523000', 'China', 'GD', 'HO', '', '李伟', '', 'DGN', 1, 0, ''),
  ('OLDS', 'OLDS', 'Olds & Sons', '1 Quay', 'Dover', '', 'United Kingdom', 'NSE', 'KIM', '', '', '', 'KTN', 1, 0, '');
INSERT INTO stockmaster (stockid, categoryid, description, longdescription, units, mbflag, volume, grossweight, netweight) VALUES
  ('CAB-3x1.5', 'CABLE', 'Cable 3 x 1.5 mm &quot;soft&quot;', 'Three cores', 'each', 'B', 0.0048, 1.32, 1.25), ('PLUG-16A', 'CABLE', 'Plug 16 A', '', 'each', 'B', 0.0001, 0.056, 0.05),
  ('FITTING', 'LABOUR', 'Fitting on site', '', 'hours', 'D', 0, 0, 0);
INSERT INTO stockcatproperties (stkcatpropid, categoryid, label) VALUES (1, 'CABLE', 'Per carton'), (2, 'CABLE', 'HS code'), (3, 'CABLE', 'Origin'), (4, 'CABLE', 'Carton kg'), (5, 'CABLE', 'Carton cm'), (6, 'CABLE', 'Colour');
INSERT INTO stockitemproperties VALUES ('CAB-3x1.5', 1, '10'), ('CAB-3x1.5', 2, '854449'), ('CAB-3x1.5', 3, 'CN'), ('CAB-3x1.5', 4, '0.70'), ('CAB-3x1.5', 5, '40 x 40 x 30'), ('CAB-3x1.5', 6, 'white'),
  ('PLUG-16A', 1, '100'), ('PLUG-16A', 2, '853669'), ('PLUG-16A', 4, '0.60'), ('PLUG-16A', 5, '30 x 30 x 20');
INSERT INTO salesorders (orderno, debtorno, branchcode, customerref, orddate, ordertype, shipvia, fromstkloc, deliverydate, salesperson, comments) VALUES
  (40, 'NORD', 'HAM', 'by phone', '2026-02-01', 'WS', 2, 'KTN', '2026-02-10', 'KIM', 'keyed in'), (41, 'LEE', 'LEE', 'by fax', '2026-03-01', 'RE', 1, 'DGN', '2026-03-09', 'HO', NULL);
INSERT INTO salesorderdetails (orderlineno, orderno, stkcode, qtyinvoiced, unitprice, quantity, actualdispatchdate, completed) VALUES
  (0, 40, 'CAB-3x1.5', 100, 12.004, 100, '2026-02-10 00:00:00', 1), (0, 41, 'PLUG-16A', 0, 0.35, 50, '0000-00-00 00:00:00', 0);
INSERT INTO debtortrans (transno, type, debtorno, branchcode, trandate, inputdate, settled, order_, rate, ovamount, ovgst, ovfreight, alloc, shipvia) VALUES
  (5, 10, 'NORD', 'HAM', '2026-01-05 00:00:00', '2026-01-05 10:00:00', 1, 39, 1, 300, 0, 0, 300, 2),
  (6, 10, 'NORD', 'HAM', '2026-02-10 00:00:00', '2026-02-10 10:00:00', 0, 40, 1, 1200.4, 0, 0.1, 200.3, 2),
  (2, 11, 'NORD', 'HAM', '2026-02-12 00:00:00', '2026-02-12 10:00:00', 0, 40, 1, -100.1, 0, 0, 0, 0),
  (4, 12, 'NORD', '', '2026-02-20 00:00:00', '2026-02-20 10:00:00', 1, 0, 1, -500.3, 0, 0, -500.3, 0);
INSERT INTO stockmoves (stockid, type, transno, loccode, trandate, userid, debtorno, branchcode, reference, qty) VALUES
  ('CAB-3x1.5', 10, 6, 'KTN', '2026-02-10', 'kim', 'NORD', 'HAM', '40', -100), ('CAB-3x1.5', 17, 6, 'KTN', '2026-02-11', 'kim', '', '', '', 40);
